-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Receipts as the Node addressed them to each institution, other bytes under their key, and what could not be read.

-- Debtor and payer have columns of their own, so that they can be emptied when the law says so. The message stands
-- last: lists never read it.
CREATE TABLE receipts (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    receipt_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    creditor_tax_code TEXT NOT NULL,
    notice_number TEXT,
    iuv TEXT NOT NULL,
    amount INTEGER NOT NULL,
    content TEXT NOT NULL,
    debtor TEXT,
    payer TEXT,
    addressee_tax_code TEXT NOT NULL,
    debt_position_id BLOB,
    installment_id BLOB,
    service_code TEXT,
    external_id TEXT,
    role TEXT NOT NULL,
    paid_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    station_id TEXT NOT NULL,
    primitive TEXT NOT NULL,
    peer_fingerprint TEXT,
    anomalies TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    message_sha256 BLOB NOT NULL CHECK (length(message_sha256) = 32),
    message BLOB NOT NULL,
    PRIMARY KEY (institution_id, id),
    UNIQUE (institution_id, receipt_id, outcome),
    FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
) STRICT;
CREATE INDEX receipts_updated ON receipts (institution_id, updated_at, id);
CREATE INDEX receipts_service ON receipts (institution_id, service_code, id);
CREATE INDEX receipts_paid ON receipts (institution_id, paid_at);
CREATE INDEX receipts_position ON receipts (institution_id, debt_position_id);

CREATE TABLE receipt_transfers (
    institution_id BLOB NOT NULL,
    receipt_row_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    transfer_index INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    beneficiary_tax_code TEXT NOT NULL,
    company_name TEXT,
    iban TEXT,
    remittance_information TEXT NOT NULL,
    taxonomy_code TEXT NOT NULL,
    stamp INTEGER NOT NULL,
    payment_metadata TEXT NOT NULL,
    PRIMARY KEY (institution_id, receipt_row_id, place),
    FOREIGN KEY (institution_id, receipt_row_id) REFERENCES receipts (institution_id, id)
) STRICT;

CREATE TABLE receipt_variants (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    receipt_row_id BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    station_id TEXT NOT NULL,
    primitive TEXT NOT NULL,
    peer_fingerprint TEXT,
    message_sha256 BLOB NOT NULL CHECK (length(message_sha256) = 32),
    message BLOB NOT NULL,
    PRIMARY KEY (institution_id, id),
    UNIQUE (institution_id, receipt_row_id, message_sha256),
    FOREIGN KEY (institution_id, receipt_row_id) REFERENCES receipts (institution_id, id)
) STRICT;

-- Messages beyond the limits, kept as they came, once however often they come. The nil institution is the platform.
CREATE TABLE raw_messages (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    peer_fingerprint TEXT,
    message_sha256 BLOB NOT NULL CHECK (length(message_sha256) = 32),
    message BLOB NOT NULL,
    PRIMARY KEY (institution_id, id),
    UNIQUE (institution_id, message_sha256)
) STRICT;
