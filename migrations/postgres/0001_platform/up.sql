-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The platform: roles, the seal of the environment, stations, clients, keys.

-- Two group roles for the whole server. Another database may make them at the same moment: that is no error.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['tramite_app', 'tramite_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        -- A login that is no superuser must be a member to take the role. Where it may not make itself one, opening the
        -- store says so.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I', wanted, current_user);
            EXCEPTION WHEN insufficient_privilege OR internal_error OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO tramite_app, tramite_system', current_schema());
    -- The program refuses to serve a schema it does not know, so it must see which one it is.
    IF to_regclass('__diesel_schema_migrations') IS NOT NULL THEN
        GRANT SELECT ON __diesel_schema_migrations TO tramite_app, tramite_system;
    END IF;
END
$$;

-- The third wall: a table of tenants shows and takes only rows of the tenant that the transaction has set; unset means
-- none. FORCE makes that hold for the owner too.
CREATE FUNCTION tramite_guard(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format(
        'CREATE POLICY tenant ON %s FOR ALL TO tramite_app'
        ' USING (institution_id = nullif(current_setting(''tramite.institution'', true), '''')::uuid)'
        ' WITH CHECK (institution_id = nullif(current_setting(''tramite.institution'', true), '''')::uuid)',
        guarded);
END
$$;

-- What the named methods of SystemScope need across tenants: one policy per command.
CREATE FUNCTION tramite_open_to_system(opened regclass, VARIADIC commands text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    command text;
BEGIN
    FOREACH command IN ARRAY commands LOOP
        EXECUTE format(
            'CREATE POLICY %I ON %s FOR %s TO tramite_system %s',
            'system_' || lower(command), opened, command,
            CASE command
                WHEN 'INSERT' THEN 'WITH CHECK (true)'
                WHEN 'UPDATE' THEN 'USING (true) WITH CHECK (true)'
                ELSE 'USING (true)'
            END);
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION tramite_guard(regclass), tramite_open_to_system(regclass, text[]) FROM PUBLIC;

CREATE TABLE deployment (
    id smallint PRIMARY KEY CHECK (id = 1),
    environment text NOT NULL CHECK (environment IN ('sandbox', 'production'))
);
GRANT SELECT ON deployment TO tramite_app, tramite_system;

-- What a station proves itself with is sealed under the platform's data key.
CREATE TABLE stations (
    id text COLLATE "C" PRIMARY KEY,
    broker_tax_code text NOT NULL,
    version smallint NOT NULL,
    primitive_version smallint NOT NULL,
    enabled boolean NOT NULL,
    credentials bytea,
    row_version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON stations TO tramite_system;

CREATE TABLE clients (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    display_name text NOT NULL,
    status text NOT NULL,
    demo boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON clients TO tramite_system;

-- Secrets are random and kept as SHA-256 alone.
CREATE TABLE client_secrets (
    client_id uuid NOT NULL REFERENCES clients (id),
    id uuid NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (client_id, id)
);
GRANT SELECT, INSERT, UPDATE ON client_secrets TO tramite_system;

-- Public keys of clients that prove themselves with private_key_jwt.
CREATE TABLE client_keys (
    client_id uuid NOT NULL REFERENCES clients (id),
    id text COLLATE "C" NOT NULL,
    public_key jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (client_id, id)
);
GRANT SELECT, INSERT, UPDATE ON client_keys TO tramite_system;

-- Our own keys; the private part is sealed.
CREATE TABLE signing_keys (
    id uuid PRIMARY KEY,
    purpose text NOT NULL,
    private_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON signing_keys TO tramite_system;

-- External issuers whose tokens are taken, and what they can yield.
CREATE TABLE trusted_issuers (
    id uuid PRIMARY KEY,
    issuer text COLLATE "C" NOT NULL CONSTRAINT trusted_issuers_issuer UNIQUE,
    audience text NOT NULL,
    key_set jsonb NOT NULL,
    accepted jsonb NOT NULL,
    yields jsonb NOT NULL,
    enabled boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON trusted_issuers TO tramite_system;
