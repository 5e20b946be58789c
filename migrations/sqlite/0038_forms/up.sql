-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Forms of services, and the registries that they read: versions, each of which never changes.

CREATE TABLE form_versions (
    institution_id BLOB NOT NULL,
    service_code TEXT NOT NULL,
    version INTEGER NOT NULL,
    registries TEXT NOT NULL,
    published_by BLOB NOT NULL,
    published_at INTEGER NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (institution_id, service_code, version)
) STRICT;

-- The last ones of each registry; older ones go when a new one comes.
CREATE TABLE registry_versions (
    institution_id BLOB NOT NULL,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    byte_count INTEGER NOT NULL,
    written_by BLOB NOT NULL,
    written_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (institution_id, code, version)
) STRICT;

-- How often forms and registries of an institution were written: what is checked with them is written only while they are the same.
CREATE TABLE form_catalogues (
    institution_id BLOB PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL
) STRICT;
