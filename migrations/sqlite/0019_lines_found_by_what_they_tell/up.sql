-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What a line of the journal is found by already needs no entry of its own: each such entry is one more page for each receipt,
-- since references and tokens come in no order (docs/decisions/0007-what-a-write-touches.md). What only holds up writers comes
-- first; what holds up readers too comes last.

-- Almost every reference is told by the notice beside it: aux digit 3 and the reference. The index holds the lines that stand
-- apart: without a notice, of another aux digit, or with a reference of their own.
CREATE INDEX journal_iuv_apart ON journal (institution_id, iuv, at)
    WHERE iuv IS NOT NULL AND (notice_number IS NULL OR notice_number <> '3' || iuv);

-- The lines of a receipt that was kept name it. A token is the key of that receipt, whose own id grows. Lines of before, and
-- those of receipts that were refused or had come before, are found by the token itself. The instant stands in these indexes
-- and in that of sessions: without it SQLite takes the index of all lines, which stands in the order that is asked for.
CREATE INDEX journal_session_at ON journal (institution_id, session_id, at) WHERE session_id IS NOT NULL;
ALTER TABLE journal ADD COLUMN receipt_row_id BLOB;
CREATE INDEX journal_receipt ON journal (institution_id, receipt_row_id, at) WHERE receipt_row_id IS NOT NULL;
CREATE INDEX journal_token_apart ON journal (institution_id, payment_token, at)
    WHERE payment_token IS NOT NULL AND receipt_row_id IS NULL;

DROP INDEX journal_iuv_at;
DROP INDEX journal_token;
DROP INDEX journal_session;
