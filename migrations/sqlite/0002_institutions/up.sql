-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The tenants: institutions with their stations, accounts and beneficiaries, services, delegations, keys, numbers.
-- The institution leads every primary, unique and foreign key.

CREATE TABLE institutions (
    institution_id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    tax_code TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    ipa_code TEXT,
    status TEXT NOT NULL,
    successor_id BLOB REFERENCES institutions (institution_id),
    cbill_code TEXT,
    office_name TEXT,
    payable_by_notice INTEGER NOT NULL,
    support_access INTEGER NOT NULL,
    demo INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- The history of connection points: notices issued under an ended one stay payable.
CREATE TABLE institution_stations (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    place INTEGER NOT NULL,
    station_id TEXT NOT NULL REFERENCES stations (id),
    aux_digit INTEGER NOT NULL,
    segregation_code TEXT,
    application_code TEXT,
    broadcast INTEGER NOT NULL,
    issuing INTEGER NOT NULL,
    local_from INTEGER NOT NULL,
    local_to INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE UNIQUE INDEX institution_stations_live ON institution_stations (institution_id, segregation_code)
    WHERE valid_to IS NULL;

-- The history of accounts: transfers keep the name, and the IBAN valid at the moment is resolved.
CREATE TABLE accounts (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id TEXT NOT NULL,
    place INTEGER NOT NULL,
    iban TEXT NOT NULL,
    postal_iban TEXT,
    holder TEXT,
    postal_authorization TEXT,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    PRIMARY KEY (institution_id, id, valid_from)
) STRICT;

-- The history of beneficiaries, for the same reason.
CREATE TABLE beneficiaries (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id TEXT NOT NULL,
    place INTEGER NOT NULL,
    tax_code TEXT NOT NULL,
    company_name TEXT NOT NULL,
    iban TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    PRIMARY KEY (institution_id, id, valid_from)
) STRICT;

CREATE TABLE services (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    taxonomy_code TEXT NOT NULL,
    collection_kind INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount TEXT NOT NULL,
    due_date_required INTEGER NOT NULL,
    expires_after_due_date INTEGER NOT NULL,
    anonymous_debtor_allowed INTEGER NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, code)
) STRICT;

CREATE TABLE delegations (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    client_id BLOB NOT NULL REFERENCES clients (id),
    scopes TEXT NOT NULL,
    service_codes TEXT,
    return_origins TEXT NOT NULL,
    status TEXT NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE INDEX delegations_client ON delegations (client_id);

-- Data keys, wrapped by the master key that stands outside of the database. The nil institution is the platform.
CREATE TABLE data_keys (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    wrapped BLOB NOT NULL,
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000000),
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE UNIQUE INDEX data_keys_active ON data_keys (institution_id) WHERE active;

-- Small secrets that must be read back, sealed under the data key of the institution. The nil institution is the
-- platform, whose secrets belong to no tenant.
CREATE TABLE sealed_secrets (
    institution_id BLOB NOT NULL,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (institution_id, name)
) STRICT;

-- How many notice numbers of a range were taken. Rows only grow: a number is never given twice.
CREATE TABLE number_sequences (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    segregation_code TEXT NOT NULL,
    range_from INTEGER NOT NULL,
    range_to INTEGER NOT NULL,
    next_value INTEGER NOT NULL,
    PRIMARY KEY (institution_id, segregation_code, range_from)
) STRICT;

-- Answers to replay: the answer is sealed, the key is hashed. The nil institution is the platform.
CREATE TABLE idempotency_records (
    institution_id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key_sha256 BLOB NOT NULL CHECK (length(key_sha256) = 32),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    status INTEGER NOT NULL,
    etag TEXT,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, client_id, method, path, key_sha256)
) STRICT;
CREATE INDEX idempotency_records_created ON idempotency_records (created_at);
