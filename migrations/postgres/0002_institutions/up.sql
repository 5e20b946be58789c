-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The tenants: institutions with their stations, accounts and beneficiaries, services, delegations, keys, numbers.
-- The institution leads every primary, unique and foreign key.

CREATE TABLE institutions (
    institution_id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL CONSTRAINT institutions_code UNIQUE,
    tax_code text COLLATE "C" NOT NULL CONSTRAINT institutions_tax_code UNIQUE,
    display_name text NOT NULL,
    ipa_code text,
    status text NOT NULL,
    successor_id uuid REFERENCES institutions (institution_id),
    cbill_code text,
    office_name text,
    payable_by_notice boolean NOT NULL,
    support_access boolean NOT NULL,
    demo boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
SELECT tramite_guard('institutions');
SELECT tramite_open_to_system('institutions', 'SELECT', 'INSERT', 'UPDATE');
GRANT SELECT ON institutions TO tramite_app;
GRANT SELECT, INSERT, UPDATE ON institutions TO tramite_system;

-- The history of connection points: notices issued under an ended one stay payable.
CREATE TABLE institution_stations (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    place smallint NOT NULL,
    station_id text COLLATE "C" NOT NULL REFERENCES stations (id),
    aux_digit smallint NOT NULL,
    segregation_code text COLLATE "C",
    application_code text COLLATE "C",
    broadcast boolean NOT NULL,
    issuing boolean NOT NULL,
    local_from bigint NOT NULL,
    local_to bigint NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    PRIMARY KEY (institution_id, id)
);
CREATE UNIQUE INDEX institution_stations_live ON institution_stations (institution_id, segregation_code)
    WHERE valid_to IS NULL;
SELECT tramite_guard('institution_stations');
SELECT tramite_open_to_system('institution_stations', 'SELECT', 'INSERT', 'DELETE');
GRANT SELECT ON institution_stations TO tramite_app;
GRANT SELECT, INSERT, DELETE ON institution_stations TO tramite_system;

-- The history of accounts: transfers keep the name, and the IBAN valid at the moment is resolved.
CREATE TABLE accounts (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id text COLLATE "C" NOT NULL,
    place smallint NOT NULL,
    iban text NOT NULL,
    postal_iban text,
    holder text,
    postal_authorization text,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    PRIMARY KEY (institution_id, id, valid_from)
);
SELECT tramite_guard('accounts');
SELECT tramite_open_to_system('accounts', 'SELECT', 'INSERT', 'DELETE');
GRANT SELECT ON accounts TO tramite_app;
GRANT SELECT, INSERT, DELETE ON accounts TO tramite_system;

-- The history of beneficiaries, for the same reason.
CREATE TABLE beneficiaries (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id text COLLATE "C" NOT NULL,
    place smallint NOT NULL,
    tax_code text NOT NULL,
    company_name text NOT NULL,
    iban text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    PRIMARY KEY (institution_id, id, valid_from)
);
SELECT tramite_guard('beneficiaries');
SELECT tramite_open_to_system('beneficiaries', 'SELECT', 'INSERT', 'DELETE');
GRANT SELECT ON beneficiaries TO tramite_app;
GRANT SELECT, INSERT, DELETE ON beneficiaries TO tramite_system;

CREATE TABLE services (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    code text COLLATE "C" NOT NULL,
    title jsonb NOT NULL,
    taxonomy_code text NOT NULL,
    collection_kind smallint NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    amount jsonb NOT NULL,
    due_date_required boolean NOT NULL,
    expires_after_due_date boolean NOT NULL,
    anonymous_debtor_allowed boolean NOT NULL,
    status text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, code)
);
SELECT tramite_guard('services');
GRANT SELECT, INSERT, UPDATE ON services TO tramite_app;

CREATE TABLE delegations (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    client_id uuid NOT NULL REFERENCES clients (id),
    scopes jsonb NOT NULL,
    service_codes jsonb,
    return_origins jsonb NOT NULL,
    status text NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, id)
);
CREATE INDEX delegations_client ON delegations (client_id);
SELECT tramite_guard('delegations');
SELECT tramite_open_to_system('delegations', 'SELECT', 'INSERT', 'UPDATE');
GRANT SELECT ON delegations TO tramite_app;
GRANT SELECT, INSERT, UPDATE ON delegations TO tramite_system;

-- An institution sees the names of the clients that act for it, and nothing else of them.
ALTER TABLE clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE clients FORCE ROW LEVEL SECURITY;
SELECT tramite_open_to_system('clients', 'SELECT', 'INSERT', 'UPDATE');
CREATE POLICY delegated ON clients FOR SELECT TO tramite_app
    USING (EXISTS (SELECT FROM delegations WHERE delegations.client_id = clients.id));
GRANT SELECT (id, display_name) ON clients TO tramite_app;

-- Data keys, wrapped by the master key that stands outside of the database. The nil institution is the platform.
CREATE TABLE data_keys (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    wrapped bytea NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (institution_id, id)
);
CREATE UNIQUE INDEX data_keys_active ON data_keys (institution_id) WHERE active;
SELECT tramite_guard('data_keys');
CREATE POLICY system_platform ON data_keys FOR ALL TO tramite_system
    USING (institution_id = '00000000-0000-0000-0000-000000000000')
    WITH CHECK (institution_id = '00000000-0000-0000-0000-000000000000');
GRANT SELECT, INSERT ON data_keys TO tramite_app, tramite_system;
-- A key is wrapped anew under another master key, and retired for a new one.
GRANT UPDATE (wrapped, active) ON data_keys TO tramite_app, tramite_system;

-- Small secrets that must be read back, sealed under the data key of the institution. The nil institution is the
-- platform, whose secrets belong to no tenant.
CREATE TABLE sealed_secrets (
    institution_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (institution_id, name)
);
SELECT tramite_guard('sealed_secrets');
CREATE POLICY system_platform ON sealed_secrets FOR ALL TO tramite_system
    USING (institution_id = '00000000-0000-0000-0000-000000000000')
    WITH CHECK (institution_id = '00000000-0000-0000-0000-000000000000');
GRANT SELECT, INSERT, UPDATE ON sealed_secrets TO tramite_app, tramite_system;

-- How many notice numbers of a range were taken. Rows only grow: a number is never given twice.
CREATE TABLE number_sequences (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    segregation_code text COLLATE "C" NOT NULL,
    range_from bigint NOT NULL,
    range_to bigint NOT NULL,
    next_value bigint NOT NULL,
    PRIMARY KEY (institution_id, segregation_code, range_from)
);
SELECT tramite_guard('number_sequences');
GRANT SELECT, INSERT, UPDATE ON number_sequences TO tramite_app;

-- Answers to replay: the answer is sealed, the key is hashed. The nil institution is the platform.
CREATE TABLE idempotency_records (
    institution_id uuid NOT NULL,
    client_id uuid NOT NULL,
    method text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL,
    key_sha256 bytea NOT NULL CHECK (octet_length(key_sha256) = 32),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    status integer NOT NULL,
    etag text,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, client_id, method, path, key_sha256)
);
SELECT tramite_guard('idempotency_records');
CREATE POLICY system_platform ON idempotency_records FOR ALL TO tramite_system
    USING (institution_id = '00000000-0000-0000-0000-000000000000')
    WITH CHECK (institution_id = '00000000-0000-0000-0000-000000000000');
GRANT SELECT, INSERT, UPDATE ON idempotency_records TO tramite_app, tramite_system;
-- Records whose thirty days are over go, whosever they are.
CREATE INDEX idempotency_records_created ON idempotency_records (created_at);
SELECT tramite_open_to_system('idempotency_records', 'SELECT', 'DELETE');
GRANT DELETE ON idempotency_records TO tramite_system;
