-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Others whose tokens are taken. The table of the first migration was never written; this one keeps what was fetched of their keys
-- beside what an operator says of them.
DROP TABLE trusted_issuers;
CREATE TABLE trusted_issuers (
    id uuid PRIMARY KEY,
    issuer text COLLATE "C" NOT NULL CONSTRAINT trusted_issuers_issuer UNIQUE,
    terms jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    key_set jsonb NOT NULL,
    keys_fetched_at timestamptz,
    keys_asked_at timestamptz,
    keys_wanted_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON trusted_issuers TO tramite_system;
