-- SPDX-License-Identifier: AGPL-3.0-or-later
-- A notice number tells the creditor reference below it, so that where references are unique, numbers are: one index of numbers that come
-- in no order serves where there were two, each of which was a page of its own for every installment. What stands below a
-- position is found by it, and lies beside it (docs/decisions/0007-what-a-write-touches.md).
-- No table is changed there but by building it anew. The keys to what stands above go at the same time (as in 0034): a row below a
-- position is written in one transaction with it.
CREATE TABLE payment_options_anew (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    debt_position_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    kind TEXT NOT NULL,
    available_until INTEGER,
    available_days INTEGER,
    notified_on TEXT,
    PRIMARY KEY (institution_id, debt_position_id, id)
) STRICT;
INSERT INTO payment_options_anew SELECT * FROM payment_options;
DROP TABLE payment_options;
ALTER TABLE payment_options_anew RENAME TO payment_options;

CREATE TABLE installments_anew (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    debt_position_id BLOB NOT NULL,
    payment_option_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    reference TEXT NOT NULL,
    amount INTEGER NOT NULL,
    previous_amount INTEGER,
    amount_changed_at INTEGER,
    due_date TEXT,
    expires_at INTEGER,
    description TEXT,
    iuv TEXT NOT NULL CHECK (length(iuv) <= 35),
    notice_number TEXT,
    cancelled_at INTEGER,
    paid_at INTEGER,
    paid_amount INTEGER,
    paid_receipt_id BLOB,
    reported_at INTEGER,
    anomalies TEXT NOT NULL,
    payment_metadata TEXT NOT NULL,
    metadata TEXT NOT NULL,
    paid_reference TEXT,
    earlier_amounts TEXT,
    PRIMARY KEY (institution_id, id),
    UNIQUE (institution_id, iuv),
    CONSTRAINT installments_notice_tells_iuv CHECK (
        iuv = substr(notice_number, CASE WHEN substr(notice_number, 1, 1) = '0' THEN 4 ELSE 2 END)
    )
) STRICT;
INSERT INTO installments_anew SELECT * FROM installments;
DROP TABLE installments;
ALTER TABLE installments_anew RENAME TO installments;
CREATE INDEX installments_position ON installments (institution_id, debt_position_id);
CREATE INDEX installments_due ON installments (institution_id, due_date, debt_position_id) WHERE due_date IS NOT NULL;

CREATE TABLE transfers_anew (
    institution_id BLOB NOT NULL,
    installment_id BLOB NOT NULL,
    transfer_index INTEGER NOT NULL,
    debt_position_id BLOB NOT NULL,
    amount INTEGER NOT NULL,
    target TEXT NOT NULL,
    taxonomy_code TEXT NOT NULL,
    remittance_information TEXT NOT NULL,
    payment_metadata TEXT NOT NULL,
    accounting TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (institution_id, debt_position_id, installment_id, transfer_index)
) STRICT;
INSERT INTO transfers_anew SELECT * FROM transfers;
DROP TABLE transfers;
ALTER TABLE transfers_anew RENAME TO transfers;

-- A list is a table that SQLite makes for each row that it looks at; comparisons are not.
CREATE INDEX audit_of_subject ON audit (institution_id, subject)
    WHERE action <> 'debt_position.created'
        AND action <> 'debt_position.replaced'
        AND action <> 'debt_position.published'
        AND action <> 'debt_position.cancelled'
        AND action <> 'checkout_session.created'
        AND action <> 'checkout_session.cancelled';
CREATE INDEX audit_of_action ON audit (institution_id, action, at)
    WHERE action <> 'debt_position.created'
        AND action <> 'debt_position.replaced'
        AND action <> 'debt_position.published'
        AND action <> 'debt_position.cancelled'
        AND action <> 'checkout_session.created'
        AND action <> 'checkout_session.cancelled';
DROP INDEX audit_subject;
DROP INDEX audit_action;
