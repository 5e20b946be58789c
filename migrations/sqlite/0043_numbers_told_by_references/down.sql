-- SPDX-License-Identifier: AGPL-3.0-or-later
CREATE INDEX audit_subject ON audit (institution_id, subject)
    WHERE action NOT IN ('debt_position.created', 'debt_position.replaced', 'debt_position.published', 'debt_position.cancelled',
        'checkout_session.created', 'checkout_session.cancelled');
CREATE INDEX audit_action ON audit (institution_id, action, at)
    WHERE action NOT IN ('debt_position.created', 'debt_position.replaced', 'debt_position.published', 'debt_position.cancelled',
        'checkout_session.created', 'checkout_session.cancelled');
DROP INDEX audit_of_subject;
DROP INDEX audit_of_action;

CREATE TABLE payment_options_anew (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    debt_position_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    kind TEXT NOT NULL,
    available_until INTEGER,
    available_days INTEGER,
    notified_on TEXT,
    PRIMARY KEY (institution_id, id),
    FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id)
) STRICT;
INSERT INTO payment_options_anew SELECT * FROM payment_options;
DROP TABLE payment_options;
ALTER TABLE payment_options_anew RENAME TO payment_options;
CREATE INDEX payment_options_position ON payment_options (institution_id, debt_position_id);

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
    UNIQUE (institution_id, notice_number),
    FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id),
    FOREIGN KEY (institution_id, payment_option_id) REFERENCES payment_options (institution_id, id)
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
    PRIMARY KEY (institution_id, installment_id, transfer_index),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
) STRICT;
INSERT INTO transfers_anew SELECT * FROM transfers;
DROP TABLE transfers;
ALTER TABLE transfers_anew RENAME TO transfers;
CREATE INDEX transfers_position ON transfers (institution_id, debt_position_id);
