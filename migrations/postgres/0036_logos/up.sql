-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The logo of an institution, as it is printed: a small PNG. What was sent is not kept.
CREATE TABLE institution_logos (
    institution_id uuid PRIMARY KEY,
    png bytea NOT NULL,
    sha256 bytea NOT NULL,
    updated_at timestamptz NOT NULL
);
-- A PNG is compressed already: it is not tried again.
ALTER TABLE institution_logos ALTER COLUMN png SET STORAGE EXTERNAL;
SELECT tramite_guard('institution_logos');
GRANT SELECT, INSERT, DELETE ON institution_logos TO tramite_app;
GRANT UPDATE (png, sha256, updated_at) ON institution_logos TO tramite_app;
