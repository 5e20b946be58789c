-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What of a client's own limits and of tokens that are good for one use every process must know.

-- Limits of a client of its own; none means those of everybody.
ALTER TABLE clients ADD COLUMN limits TEXT;

-- Tokens that are good for one use and were used, by SHA-256 of whose they are and of their ids, until they would have ended.
CREATE TABLE used_tokens (
    sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX used_tokens_ends ON used_tokens (ends_at);

-- How much of a client's requests of a day (Europe/Rome) its processes have taken.
CREATE TABLE client_usage (
    day TEXT NOT NULL,
    client_id BLOB NOT NULL REFERENCES clients (id),
    requests INTEGER NOT NULL,
    PRIMARY KEY (day, client_id)
) STRICT;
