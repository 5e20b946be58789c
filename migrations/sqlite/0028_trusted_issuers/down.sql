-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE trusted_issuers;
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
