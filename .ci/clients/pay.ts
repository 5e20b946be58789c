// SPDX-License-Identifier: AGPL-3.0-or-later
// From a debt position to its receipt, with a client that was made from the contract.

import { randomUUID } from 'node:crypto';
import { CheckoutSessionsApi, Configuration, DebtPositionsApi, ReceiptsApi, ResponseError } from './index';

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
};

const ensure = (holds: boolean, what: unknown): void => {
  if (!holds) throw new Error(JSON.stringify(what));
};

async function pay(): Promise<void> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials', client_id: setting('CLIENT'), client_secret: setting('SECRET'),
  });
  const token = await (await fetch(`${setting('API')}/oauth2/token`, { method: 'POST', body: form })).json() as { access_token: string };
  // This generator's clients send what they are given as the whole header.
  const accessToken = `Bearer ${token.access_token}`;
  const configuration = new Configuration({ basePath: setting('API'), accessToken });
  const positions = new DebtPositionsApi(configuration);
  const sessions = new CheckoutSessionsApi(configuration);
  const receipts = new ReceiptsApi(configuration);

  const made = await positions.addDebtPosition({
    idempotencyKey: randomUUID(),
    debtPositionInput: {
      externalId: `client-${randomUUID().slice(0, 12)}`, serviceCode: 'MULTE', amount: 4200, description: 'Prova',
      debtor: { type: 'natural_person', taxCode: 'RSSMRA85T10A562S', fullName: 'Mario Rossi' },
    },
  });
  const installment = made.paymentOptions[0].installments[0];
  const opened = await sessions.addCheckoutSession({
    idempotencyKey: randomUUID(),
    checkoutSessionInput: { lineItems: [{ debtPositionId: made.id }], returnUrl: 'http://127.0.0.1:8091/esito' },
  });
  ensure(opened.amount === 4200, opened);

  const creditor = (installment.qrCode ?? '').split('|')[3];
  const answer = await fetch(`${setting('NODE')}/sandbox/v1/payments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ creditor_tax_code: creditor, notice_number: installment.noticeNumber }),
  });
  const paid = await answer.json() as { outcome: string };
  ensure(paid.outcome === 'OK', paid);

  const session = await sessions.showCheckoutSession({ id: opened.id, wait: 25 });
  ensure(session.status === 'completed' && session.isFinal, session);
  const receipt = await receipts.showReceipt({ id: session.lineItems[0].receiptId ?? '' });
  ensure(receipt.amount === 4200 && receipt.debtPositionId === made.id, receipt);
  const missing = await positions.showDebtPosition({ id: randomUUID() }).catch((error: unknown) => error);
  ensure(missing instanceof ResponseError && missing.response.status === 404, 'a position that does not exist was found');
  console.log('position, session, payment, receipt');
}

pay().catch((error) => {
  console.error(error);
  process.exit(1);
});
