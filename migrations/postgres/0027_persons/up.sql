-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What is kept of one person is found, and goes (docs/data-protection.md): on request, or when its time is over.

-- Sessions of a payer. Those without one, and those whose payer was forgotten, stand in no entry.
CREATE INDEX checkout_sessions_payer ON checkout_sessions (institution_id, (payer ->> 'tax_code')) WHERE payer IS NOT NULL;

-- Of what is accounting the persons go and nothing else; rows never do.
GRANT UPDATE (debtor, payer, content, message_sha256, message) ON receipts TO tramite_app;
GRANT UPDATE (remittance_information, payment_metadata) ON receipt_transfers TO tramite_app;
GRANT UPDATE (remittance_information, payment_metadata) ON transfers TO tramite_app;
GRANT DELETE ON receipt_variants TO tramite_app;
GRANT DELETE ON receipt_keys TO tramite_app;

-- A message that nobody could read may name somebody. Once somebody has dealt with it, it goes with accounting.
SELECT tramite_open_to_system('raw_messages', 'DELETE');
GRANT DELETE ON raw_messages TO tramite_system;
