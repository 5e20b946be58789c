-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The platform: the seal of the environment, stations, clients, keys.
-- Uuids are BLOB of 16 bytes, instants INTEGER microseconds of the Unix epoch in UTC, documents TEXT in JSON.

CREATE TABLE deployment (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production'))
) STRICT;

-- What a station proves itself with is sealed under the platform's data key.
CREATE TABLE stations (
    id TEXT NOT NULL PRIMARY KEY,
    broker_tax_code TEXT NOT NULL,
    version INTEGER NOT NULL,
    primitive_version INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    credentials BLOB,
    row_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE clients (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    display_name TEXT NOT NULL,
    status TEXT NOT NULL,
    demo INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Secrets are random and kept as SHA-256 alone.
CREATE TABLE client_secrets (
    client_id BLOB NOT NULL REFERENCES clients (id),
    id BLOB NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (client_id, id)
) STRICT;

-- Public keys of clients that prove themselves with private_key_jwt.
CREATE TABLE client_keys (
    client_id BLOB NOT NULL REFERENCES clients (id),
    id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (client_id, id)
) STRICT;

-- Our own keys; the private part is sealed.
CREATE TABLE signing_keys (
    id BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    private_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;

-- External issuers whose tokens are taken, and what they can yield.
CREATE TABLE trusted_issuers (
    id BLOB NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL UNIQUE,
    audience TEXT NOT NULL,
    key_set TEXT NOT NULL,
    accepted TEXT NOT NULL,
    yields TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
