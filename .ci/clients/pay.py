# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a debt position to its receipt, with a client that was made from the contract."""

import json
import os
import urllib.parse
import urllib.request
import uuid

import tramite_client
from tramite_client.api import CheckoutSessionsApi, DebtPositionsApi, ReceiptsApi
from tramite_client.models import CheckoutSessionInput, DebtPositionInput

API, NODE = os.environ["API"], os.environ["NODE"]


def post(url, body, media="application/json"):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": media})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


form = {"grant_type": "client_credentials", "client_id": os.environ["CLIENT"], "client_secret": os.environ["SECRET"]}
token = post(f"{API}/oauth2/token", urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded")
client = tramite_client.ApiClient(tramite_client.Configuration(host=API, access_token=token["access_token"]))
positions, sessions, receipts = DebtPositionsApi(client), CheckoutSessionsApi(client), ReceiptsApi(client)

made = positions.add_debt_position(str(uuid.uuid4()), DebtPositionInput.from_dict({
    "external_id": f"client-{uuid.uuid4().hex[:12]}", "service_code": "MULTE", "amount": 4200, "description": "Prova",
    "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
}))
installment = made.payment_options[0].installments[0]
session = sessions.add_checkout_session(str(uuid.uuid4()), CheckoutSessionInput.from_dict({
    "line_items": [{"debt_position_id": str(made.id)}], "return_url": "http://127.0.0.1:8091/esito",
}))
assert session.amount == 4200, session

creditor = installment.qr_code.split("|")[3]
paid = post(f"{NODE}/sandbox/v1/payments",
            json.dumps({"creditor_tax_code": creditor, "notice_number": installment.notice_number}).encode())
assert paid["outcome"] == "OK", paid

session = sessions.show_checkout_session(str(session.id), wait=25)
assert session.status == "completed" and session.is_final, session
receipt = receipts.show_receipt(str(session.line_items[0].receipt_id))
assert (receipt.amount, str(receipt.debt_position_id)) == (4200, str(made.id)), receipt
listed = receipts.list_receipts(limit=1)
assert str(listed.items[0].id) == str(receipt.id)
try:
    positions.show_debt_position(str(uuid.uuid4()))
    raise SystemExit("a position that does not exist was found")
except tramite_client.exceptions.NotFoundException as missing:
    assert json.loads(missing.body)["type"].endswith("/errors/not_found"), missing.body
print("position, session, payment, receipt")
