-- SPDX-License-Identifier: AGPL-3.0-or-later
-- A notice number tells the creditor reference below it, so that where references are unique, numbers are: one index of numbers that come
-- in no order serves where there were two, each of which was a page of its own for every installment. What stands below a
-- position is found by it, and lies beside it (docs/decisions/0007-what-a-write-touches.md).
-- For a list SQLite makes a table each time that it looks at a row; both have the same words.
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

CREATE UNIQUE INDEX payment_options_key ON payment_options (institution_id, debt_position_id, id);
CREATE UNIQUE INDEX transfers_key ON transfers (institution_id, debt_position_id, installment_id, transfer_index);

-- From here on readers wait: for as long as the installments are looked through once.
ALTER TABLE installments
    ADD CONSTRAINT installments_notice_tells_iuv CHECK (
        iuv = substr(notice_number, CASE WHEN substr(notice_number, 1, 1) = '0' THEN 4 ELSE 2 END)
    ),
    DROP CONSTRAINT installments_notice_number;
ALTER TABLE payment_options
    DROP CONSTRAINT payment_options_pkey,
    ADD CONSTRAINT payment_options_pkey PRIMARY KEY USING INDEX payment_options_key;
DROP INDEX payment_options_position;
ALTER TABLE transfers
    DROP CONSTRAINT transfers_pkey,
    ADD CONSTRAINT transfers_pkey PRIMARY KEY USING INDEX transfers_key;
DROP INDEX transfers_position;
DROP INDEX audit_subject;
DROP INDEX audit_action;
