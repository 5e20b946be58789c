-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Files of debt positions: what is loaded, the sealed parts of what was sent, and what became of each row.

-- Heads stay: they are history, but for the name of the file, which goes with it. Of those that are not over, one worker at a
-- time holds each; whoever takes over from one whose time has passed raises the version, so that the other writes nothing any
-- more.
CREATE TABLE imports (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    file_name TEXT,
    file_format TEXT NOT NULL,
    file_layout TEXT NOT NULL,
    file_bytes INTEGER NOT NULL,
    file_sha256 BLOB NOT NULL,
    file_kept_until INTEGER,
    service_code TEXT,
    publish INTEGER NOT NULL,
    dry_run INTEGER NOT NULL,
    on_error TEXT NOT NULL,
    free_beneficiary INTEGER NOT NULL,
    services TEXT,
    status TEXT NOT NULL,
    phase TEXT NOT NULL,
    failure TEXT,
    rows_total INTEGER,
    counts TEXT NOT NULL,
    groups_done INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    held_by BLOB,
    held_until INTEGER,
    claimed_at INTEGER,
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE UNIQUE INDEX imports_file ON imports (institution_id, file_id);
CREATE INDEX imports_open ON imports (institution_id, id) WHERE finished_at IS NULL;

-- What was sent, in parts, each sealed under the key of its institution. It goes some time after the end; what never became
-- an import goes after a day. The first part goes last: by it the others are found.
CREATE TABLE import_file_parts (
    institution_id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (institution_id, file_id, place)
) STRICT;
CREATE INDEX import_file_parts_first ON import_file_parts (created_at) WHERE place = 0;

-- What became of each row; it goes with the file. The caller's key goes before, where its position is erased.
CREATE TABLE import_rows (
    institution_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    line INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    external_id TEXT,
    debt_position_id BLOB,
    installment_id BLOB,
    faults TEXT,
    PRIMARY KEY (institution_id, import_id, line)
) STRICT;
CREATE INDEX import_rows_rejected ON import_rows (institution_id, import_id, line) WHERE outcome = 'rejected';
CREATE INDEX import_rows_position ON import_rows (institution_id, debt_position_id) WHERE debt_position_id IS NOT NULL;
