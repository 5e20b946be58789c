-- SPDX-License-Identifier: AGPL-3.0-or-later
CREATE INDEX journal_session ON journal (institution_id, session_id) WHERE session_id IS NOT NULL;
DROP INDEX journal_session_at;
CREATE INDEX journal_token ON journal (institution_id, payment_token) WHERE payment_token IS NOT NULL;
DROP INDEX journal_token_apart;
DROP INDEX journal_receipt;
ALTER TABLE journal DROP COLUMN receipt_row_id;
CREATE INDEX journal_iuv_at ON journal (institution_id, iuv, at) WHERE iuv IS NOT NULL;
DROP INDEX journal_iuv_apart;
