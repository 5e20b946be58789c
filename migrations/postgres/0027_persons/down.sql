-- SPDX-License-Identifier: AGPL-3.0-or-later
REVOKE DELETE ON raw_messages FROM tramite_system;
DROP POLICY system_delete ON raw_messages;
REVOKE DELETE ON receipt_keys FROM tramite_app;
REVOKE DELETE ON receipt_variants FROM tramite_app;
REVOKE UPDATE (remittance_information, payment_metadata) ON transfers FROM tramite_app;
REVOKE UPDATE (remittance_information, payment_metadata) ON receipt_transfers FROM tramite_app;
REVOKE UPDATE (debtor, payer, content, message_sha256, message) ON receipts FROM tramite_app;
DROP INDEX checkout_sessions_payer;
