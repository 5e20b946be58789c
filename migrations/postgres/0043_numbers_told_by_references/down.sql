-- SPDX-License-Identifier: AGPL-3.0-or-later
CREATE UNIQUE INDEX transfers_key ON transfers (institution_id, installment_id, transfer_index);
ALTER TABLE transfers
    DROP CONSTRAINT transfers_pkey,
    ADD CONSTRAINT transfers_pkey PRIMARY KEY USING INDEX transfers_key;
CREATE INDEX transfers_position ON transfers (institution_id, debt_position_id);

CREATE UNIQUE INDEX payment_options_key ON payment_options (institution_id, id);
ALTER TABLE payment_options
    DROP CONSTRAINT payment_options_pkey,
    ADD CONSTRAINT payment_options_pkey PRIMARY KEY USING INDEX payment_options_key;
CREATE INDEX payment_options_position ON payment_options (institution_id, debt_position_id);

ALTER TABLE installments
    ADD CONSTRAINT installments_notice_number UNIQUE (institution_id, notice_number),
    DROP CONSTRAINT installments_notice_tells_iuv;

CREATE INDEX audit_subject ON audit (institution_id, subject)
    WHERE action NOT IN ('debt_position.created', 'debt_position.replaced', 'debt_position.published', 'debt_position.cancelled',
        'checkout_session.created', 'checkout_session.cancelled');
CREATE INDEX audit_action ON audit (institution_id, action, at)
    WHERE action NOT IN ('debt_position.created', 'debt_position.replaced', 'debt_position.published', 'debt_position.cancelled',
        'checkout_session.created', 'checkout_session.cancelled');
DROP INDEX audit_of_subject;
DROP INDEX audit_of_action;
