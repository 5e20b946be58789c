-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Receipts as the Node addressed them to each institution, other bytes under their key, and what could not be read.

-- Debtor and payer have columns of their own, so that they can be emptied when the law says so. The message stands
-- last: lists never read it.
CREATE TABLE receipts (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    receipt_id text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    creditor_tax_code text COLLATE "C" NOT NULL,
    notice_number text COLLATE "C",
    iuv text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    content jsonb NOT NULL,
    debtor jsonb,
    payer jsonb,
    addressee_tax_code text NOT NULL,
    debt_position_id uuid,
    installment_id uuid,
    service_code text COLLATE "C",
    external_id text COLLATE "C",
    role text NOT NULL,
    paid_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    station_id text NOT NULL,
    primitive text NOT NULL,
    peer_fingerprint text,
    anomalies jsonb NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    message_sha256 bytea NOT NULL CHECK (octet_length(message_sha256) = 32),
    message bytea NOT NULL,
    PRIMARY KEY (institution_id, id),
    CONSTRAINT receipts_receipt_id UNIQUE (institution_id, receipt_id, outcome),
    FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
);
CREATE INDEX receipts_updated ON receipts (institution_id, updated_at, id);
CREATE INDEX receipts_service ON receipts (institution_id, service_code, id);
CREATE INDEX receipts_paid ON receipts (institution_id, paid_at);
CREATE INDEX receipts_position ON receipts (institution_id, debt_position_id);
SELECT tramite_guard('receipts');
GRANT SELECT, INSERT ON receipts TO tramite_app;
GRANT UPDATE (anomalies, version, updated_at) ON receipts TO tramite_app;

CREATE TABLE receipt_transfers (
    institution_id uuid NOT NULL,
    receipt_row_id uuid NOT NULL,
    place smallint NOT NULL,
    transfer_index smallint NOT NULL,
    amount bigint NOT NULL,
    beneficiary_tax_code text COLLATE "C" NOT NULL,
    company_name text,
    iban text,
    remittance_information text NOT NULL,
    taxonomy_code text NOT NULL,
    stamp boolean NOT NULL,
    payment_metadata jsonb NOT NULL,
    PRIMARY KEY (institution_id, receipt_row_id, place),
    FOREIGN KEY (institution_id, receipt_row_id) REFERENCES receipts (institution_id, id)
);
SELECT tramite_guard('receipt_transfers');
GRANT SELECT, INSERT ON receipt_transfers TO tramite_app;

CREATE TABLE receipt_variants (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    receipt_row_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    station_id text NOT NULL,
    primitive text NOT NULL,
    peer_fingerprint text,
    message_sha256 bytea NOT NULL CHECK (octet_length(message_sha256) = 32),
    message bytea NOT NULL,
    PRIMARY KEY (institution_id, id),
    CONSTRAINT receipt_variants_message UNIQUE (institution_id, receipt_row_id, message_sha256),
    FOREIGN KEY (institution_id, receipt_row_id) REFERENCES receipts (institution_id, id)
);
SELECT tramite_guard('receipt_variants');
GRANT SELECT, INSERT ON receipt_variants TO tramite_app;

-- Messages beyond the limits, kept as they came, once however often they come. The nil institution is the platform.
CREATE TABLE raw_messages (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    reason text NOT NULL,
    peer_fingerprint text,
    message_sha256 bytea NOT NULL CHECK (octet_length(message_sha256) = 32),
    message bytea NOT NULL,
    PRIMARY KEY (institution_id, id),
    CONSTRAINT raw_messages_message UNIQUE (institution_id, message_sha256)
);
SELECT tramite_guard('raw_messages');
SELECT tramite_open_to_system('raw_messages', 'INSERT');
GRANT SELECT ON raw_messages TO tramite_app;
GRANT INSERT ON raw_messages TO tramite_system;
