-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The logo of an institution, as it is printed: a small PNG. What was sent is not kept.
CREATE TABLE institution_logos (
    institution_id BLOB NOT NULL PRIMARY KEY,
    png BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
