-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The feed of several institutions at once, the end of old events, and receipts found by whom and what they name.

-- One counter serves all feeds, so a client that acts for many reads along it, a stretch at a time.
CREATE INDEX events_fed ON events (feed_position) WHERE feed_position IS NOT NULL;

-- By what a receipt is found: the tax codes of debtor and payer, and the creditor reference, where they are no longer than such
-- a thing can be. Rows of their own, for a person's can be removed when the law says so.
CREATE TABLE receipt_keys (
    institution_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    receipt_row_id BLOB NOT NULL,
    PRIMARY KEY (institution_id, kind, value, receipt_row_id),
    FOREIGN KEY (institution_id, receipt_row_id) REFERENCES receipts (institution_id, id)
) STRICT;
INSERT INTO receipt_keys (institution_id, kind, value, receipt_row_id)
    SELECT institution_id, 'person', upper(debtor ->> 'tax_code'), id FROM receipts
    WHERE length(debtor ->> 'tax_code') BETWEEN 1 AND 35
    UNION
    SELECT institution_id, 'person', upper(payer ->> 'tax_code'), id FROM receipts
    WHERE length(payer ->> 'tax_code') BETWEEN 1 AND 35
    UNION
    SELECT institution_id, 'iuv', iuv, id FROM receipts WHERE length(iuv) BETWEEN 1 AND 35;
