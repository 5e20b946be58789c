# SPDX-License-Identifier: AGPL-3.0-or-later
"""A SOAP client generated from the official WSDL: verifies a notice, gets its payment, sends its receipt twice.

Arguments: WSDL, endpoint, tax code, broker, station, notice number, amount in euros. One line is printed per call.
"""

import sys
from decimal import Decimal

import zeep
from zeep.helpers import serialize_object

wsdl, endpoint, tax_code, broker, station, notice, amount = sys.argv[1:]
client = zeep.Client(wsdl)
binding = next(iter(next(iter(client.wsdl.services.values())).ports.values())).binding.name
service = client.create_service(str(binding), endpoint)
addressee = {"idPA": tax_code, "idBrokerPA": broker, "idStation": station}
qr_code = {"fiscalCode": tax_code, "noticeNumber": notice}


def told(name, answer, *more):
    fault = answer.fault
    print(name, fault.faultCode if fault is not None else answer.outcome, *more)


verified = service.paVerifyPaymentNotice(**addressee, qrCode=qr_code)
told("verify", verified, verified.paymentList.paymentOptionDescription.amount)

payment = service.paGetPaymentV2(**addressee, qrCode=qr_code, amount=Decimal(amount))
told("get", payment, payment.data.paymentAmount)

data = serialize_object(payment.data, dict)
transfers = [
    {key: one[key] for key in ("idTransfer", "transferAmount", "fiscalCodePA", "companyName", "IBAN", "remittanceInformation", "transferCategory")}
    for one in data["transferList"]["transfer"]
]
receipt = {
    "receiptId": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "noticeNumber": notice,
    "fiscalCode": tax_code,
    "outcome": "OK",
    "creditorReferenceId": data["creditorReferenceId"],
    "paymentAmount": data["paymentAmount"],
    "description": data["description"],
    "companyName": data["companyName"],
    "debtor": data["debtor"],
    "transferList": {"transfer": transfers},
    "idPSP": "ABCDITM1",
    "PSPCompanyName": "Istituto di Prova S.p.A.",
    "idChannel": "12345678903_07",
    "channelDescription": "app",
}
for _ in range(2):
    told("receipt", service.paSendRTV2(**addressee, receipt=receipt))
