-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Positions, their options, installments and transfers, and who tries to pay them.

-- The columns settled, cancelled, published, valid_from and ends_at are the facts that decide the state at any instant:
-- a list filter asks of them what the pure function asks of the position. Personal columns are emptied when a draft is
-- erased; the row stays, and so do its numbers.
CREATE TABLE debt_positions (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    service_code text COLLATE "C",
    external_id text COLLATE "C",
    description text NOT NULL,
    debtor_kind text NOT NULL,
    debtor_tax_code text COLLATE "C",
    debtor_full_name text,
    debtor_email text,
    debtor_address jsonb,
    origin text NOT NULL,
    created_by uuid,
    published_at timestamptz,
    valid_from timestamptz,
    cancelled_at timestamptz,
    expires_after_due_date boolean NOT NULL,
    settled text,
    cancelled boolean NOT NULL,
    published boolean NOT NULL,
    ends_at timestamptz,
    told_status text NOT NULL,
    next_transition_at timestamptz,
    erased_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, id),
    FOREIGN KEY (institution_id, service_code) REFERENCES services (institution_id, code)
);
CREATE UNIQUE INDEX debt_positions_external_id ON debt_positions (institution_id, service_code, external_id)
    WHERE erased_at IS NULL;
CREATE INDEX debt_positions_key ON debt_positions (institution_id, external_id);
CREATE INDEX debt_positions_service ON debt_positions (institution_id, service_code, id);
CREATE INDEX debt_positions_updated ON debt_positions (institution_id, updated_at, id);
CREATE INDEX debt_positions_debtor ON debt_positions (institution_id, debtor_tax_code);
CREATE INDEX debt_positions_due ON debt_positions (next_transition_at, id)
    WHERE next_transition_at IS NOT NULL;
SELECT tramite_guard('debt_positions');
SELECT tramite_open_to_system('debt_positions', 'SELECT');
GRANT SELECT, INSERT, UPDATE ON debt_positions TO tramite_app;
GRANT SELECT (institution_id, id, next_transition_at) ON debt_positions TO tramite_system;

CREATE TABLE payment_options (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    debt_position_id uuid NOT NULL,
    place smallint NOT NULL,
    kind text NOT NULL,
    available_until timestamptz,
    available_days integer,
    notified_on date,
    PRIMARY KEY (institution_id, id),
    FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id)
);
CREATE INDEX payment_options_position ON payment_options (institution_id, debt_position_id);
SELECT tramite_guard('payment_options');
GRANT SELECT, INSERT, UPDATE ON payment_options TO tramite_app;

CREATE TABLE installments (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    debt_position_id uuid NOT NULL,
    payment_option_id uuid NOT NULL,
    place smallint NOT NULL,
    reference text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    previous_amount bigint,
    amount_changed_at timestamptz,
    due_date date,
    expires_at timestamptz,
    description text,
    iuv text COLLATE "C" NOT NULL CHECK (length(iuv) <= 35),
    notice_number text COLLATE "C",
    cancelled_at timestamptz,
    paid_at timestamptz,
    paid_amount bigint,
    paid_receipt_id uuid,
    reported_at timestamptz,
    anomalies jsonb NOT NULL,
    payment_metadata jsonb NOT NULL,
    metadata jsonb NOT NULL,
    PRIMARY KEY (institution_id, id),
    CONSTRAINT installments_iuv UNIQUE (institution_id, iuv),
    CONSTRAINT installments_notice_number UNIQUE (institution_id, notice_number),
    FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id),
    FOREIGN KEY (institution_id, payment_option_id) REFERENCES payment_options (institution_id, id)
);
CREATE INDEX installments_position ON installments (institution_id, debt_position_id);
CREATE INDEX installments_due_date ON installments (institution_id, due_date);
SELECT tramite_guard('installments');
GRANT SELECT, INSERT, UPDATE ON installments TO tramite_app;

CREATE TABLE transfers (
    institution_id uuid NOT NULL,
    installment_id uuid NOT NULL,
    transfer_index smallint NOT NULL,
    debt_position_id uuid NOT NULL,
    amount bigint NOT NULL,
    target jsonb NOT NULL,
    taxonomy_code text NOT NULL,
    remittance_information text NOT NULL,
    payment_metadata jsonb NOT NULL,
    PRIMARY KEY (institution_id, installment_id, transfer_index),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
);
CREATE INDEX transfers_position ON transfers (institution_id, debt_position_id);
SELECT tramite_guard('transfers');
GRANT SELECT, INSERT, DELETE ON transfers TO tramite_app;

-- Carts, RPTs and gets. One row per installment, kind, reference and amount: the last time is kept.
CREATE TABLE attempts (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    installment_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    session_id uuid,
    amount bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, id),
    CONSTRAINT attempts_reference UNIQUE (institution_id, installment_id, kind, reference, amount),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
);
CREATE INDEX attempts_cart ON attempts (institution_id, reference) WHERE kind = 'cart';
SELECT tramite_guard('attempts');
GRANT SELECT, INSERT, UPDATE ON attempts TO tramite_app;
