-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE trusted_issuers;

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
