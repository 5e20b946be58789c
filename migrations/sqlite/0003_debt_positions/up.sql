-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Positions, their options, installments and transfers, and who tries to pay them.

-- The columns settled, cancelled, published, valid_from and ends_at are the facts that decide the state at any instant:
-- a list filter asks of them what the pure function asks of the position. Personal columns are emptied when a draft is
-- erased; the row stays, and so do its numbers.
CREATE TABLE debt_positions (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    service_code TEXT,
    external_id TEXT,
    description TEXT NOT NULL,
    debtor_kind TEXT NOT NULL,
    debtor_tax_code TEXT,
    debtor_full_name TEXT,
    debtor_email TEXT,
    debtor_address TEXT,
    origin TEXT NOT NULL,
    created_by BLOB,
    published_at INTEGER,
    valid_from INTEGER,
    cancelled_at INTEGER,
    expires_after_due_date INTEGER NOT NULL,
    settled TEXT,
    cancelled INTEGER NOT NULL,
    published INTEGER NOT NULL,
    ends_at INTEGER,
    told_status TEXT NOT NULL,
    next_transition_at INTEGER,
    erased_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, id),
    FOREIGN KEY (institution_id, service_code) REFERENCES services (institution_id, code)
) STRICT;
CREATE UNIQUE INDEX debt_positions_external_id ON debt_positions (institution_id, service_code, external_id)
    WHERE erased_at IS NULL;
CREATE INDEX debt_positions_key ON debt_positions (institution_id, external_id);
CREATE INDEX debt_positions_service ON debt_positions (institution_id, service_code, id);
CREATE INDEX debt_positions_updated ON debt_positions (institution_id, updated_at, id);
CREATE INDEX debt_positions_debtor ON debt_positions (institution_id, debtor_tax_code);
CREATE INDEX debt_positions_due ON debt_positions (next_transition_at, id)
    WHERE next_transition_at IS NOT NULL;

CREATE TABLE payment_options (
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
CREATE INDEX payment_options_position ON payment_options (institution_id, debt_position_id);

CREATE TABLE installments (
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
    PRIMARY KEY (institution_id, id),
    UNIQUE (institution_id, iuv),
    UNIQUE (institution_id, notice_number),
    FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id),
    FOREIGN KEY (institution_id, payment_option_id) REFERENCES payment_options (institution_id, id)
) STRICT;
CREATE INDEX installments_position ON installments (institution_id, debt_position_id);
CREATE INDEX installments_due_date ON installments (institution_id, due_date);

CREATE TABLE transfers (
    institution_id BLOB NOT NULL,
    installment_id BLOB NOT NULL,
    transfer_index INTEGER NOT NULL,
    debt_position_id BLOB NOT NULL,
    amount INTEGER NOT NULL,
    target TEXT NOT NULL,
    taxonomy_code TEXT NOT NULL,
    remittance_information TEXT NOT NULL,
    payment_metadata TEXT NOT NULL,
    PRIMARY KEY (institution_id, installment_id, transfer_index),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
) STRICT;
CREATE INDEX transfers_position ON transfers (institution_id, debt_position_id);

-- Carts, RPTs and gets. One row per installment, kind, reference and amount: the last time is kept.
CREATE TABLE attempts (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    installment_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    session_id BLOB,
    amount INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, id),
    UNIQUE (institution_id, installment_id, kind, reference, amount),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
) STRICT;
CREATE INDEX attempts_cart ON attempts (institution_id, reference) WHERE kind = 'cart';
