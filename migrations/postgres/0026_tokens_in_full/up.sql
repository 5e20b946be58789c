-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What of a client's own limits and of tokens that are good for one use every process must know.

-- Limits of a client of its own; none means those of everybody.
ALTER TABLE clients ADD COLUMN limits jsonb;

-- Tokens that are good for one use and were used, by SHA-256 of whose they are and of their ids, until they would have ended.
CREATE TABLE used_tokens (
    sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
    ends_at timestamptz NOT NULL
);
CREATE INDEX used_tokens_ends ON used_tokens (ends_at);
GRANT SELECT, INSERT, DELETE ON used_tokens TO tramite_system;

-- How much of a client's requests of a day (Europe/Rome) its processes have taken.
CREATE TABLE client_usage (
    day date NOT NULL,
    client_id uuid NOT NULL REFERENCES clients (id),
    requests bigint NOT NULL,
    PRIMARY KEY (day, client_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON client_usage TO tramite_system;
