-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Others whose tokens are taken. The table of the first migration was never written; this one keeps what was fetched of their keys
-- beside what an operator says of them.
DROP TABLE trusted_issuers;
CREATE TABLE trusted_issuers (
    id BLOB NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL UNIQUE,
    terms TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    key_set TEXT NOT NULL,
    keys_fetched_at INTEGER,
    keys_asked_at INTEGER,
    keys_wanted_at INTEGER
) STRICT;
