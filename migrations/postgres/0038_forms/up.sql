-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Forms of services, and the registries that they read: versions, each of which never changes.

CREATE TABLE form_versions (
    institution_id uuid NOT NULL,
    service_code text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    registries jsonb NOT NULL,
    published_by uuid NOT NULL,
    published_at timestamptz NOT NULL,
    definition jsonb NOT NULL,
    PRIMARY KEY (institution_id, service_code, version)
);
SELECT tramite_guard('form_versions');
GRANT SELECT, INSERT ON form_versions TO tramite_app;

-- The last ones of each registry; older ones go when a new one comes.
CREATE TABLE registry_versions (
    institution_id uuid NOT NULL,
    code text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    row_count integer NOT NULL,
    byte_count integer NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (institution_id, code, version)
);
SELECT tramite_guard('registry_versions');
GRANT SELECT, INSERT, DELETE ON registry_versions TO tramite_app;

-- How often forms and registries of an institution were written: what is checked with them is written only while they are the same.
CREATE TABLE form_catalogues (
    institution_id uuid PRIMARY KEY,
    version bigint NOT NULL
);
SELECT tramite_guard('form_catalogues');
GRANT SELECT, INSERT, UPDATE ON form_catalogues TO tramite_app;
