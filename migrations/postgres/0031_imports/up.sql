-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Files of debt positions: what is loaded, the sealed parts of what was sent, and what became of each row.

-- Heads stay: they are history, but for the name of the file, which goes with it. Of those that are not over, one worker at a
-- time holds each; whoever takes over from one whose time has passed raises the version, so that the other writes nothing any
-- more.
CREATE TABLE imports (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    file_id uuid NOT NULL,
    file_name text,
    file_format text NOT NULL,
    file_layout text NOT NULL,
    file_bytes bigint NOT NULL,
    file_sha256 bytea NOT NULL,
    file_kept_until timestamptz,
    service_code text COLLATE "C",
    publish boolean NOT NULL,
    dry_run boolean NOT NULL,
    on_error text NOT NULL,
    free_beneficiary boolean NOT NULL,
    services jsonb,
    status text NOT NULL,
    phase text NOT NULL,
    failure jsonb,
    rows_total bigint,
    counts jsonb NOT NULL,
    groups_done bigint NOT NULL,
    created_by uuid NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    held_by uuid,
    held_until timestamptz,
    claimed_at timestamptz,
    PRIMARY KEY (institution_id, id)
);
CREATE UNIQUE INDEX imports_file ON imports (institution_id, file_id);
CREATE INDEX imports_open ON imports (institution_id, id) WHERE finished_at IS NULL;
SELECT tramite_guard('imports');
SELECT tramite_open_to_system('imports', 'SELECT', 'UPDATE');
GRANT SELECT, INSERT, UPDATE ON imports TO tramite_app;
GRANT SELECT (
    institution_id, id, file_id, file_name, file_kept_until, finished_at, version, created_at, held_by, held_until, claimed_at
) ON imports TO tramite_system;
GRANT UPDATE (file_name, version, held_by, held_until, claimed_at) ON imports TO tramite_system;

-- What was sent, in parts, each sealed under the key of its institution. It goes some time after the end; what never became
-- an import goes after a day. The first part goes last: by it the others are found.
CREATE TABLE import_file_parts (
    institution_id uuid NOT NULL,
    file_id uuid NOT NULL,
    place integer NOT NULL,
    bytes bigint NOT NULL,
    created_at timestamptz NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (institution_id, file_id, place)
);
CREATE INDEX import_file_parts_first ON import_file_parts (created_at) WHERE place = 0;
-- What is sealed cannot be compressed: it is not tried.
ALTER TABLE import_file_parts ALTER COLUMN sealed SET STORAGE EXTERNAL;
SELECT tramite_guard('import_file_parts');
SELECT tramite_open_to_system('import_file_parts', 'SELECT', 'DELETE');
GRANT SELECT, INSERT ON import_file_parts TO tramite_app;
GRANT SELECT (institution_id, file_id, place, created_at) ON import_file_parts TO tramite_system;
GRANT DELETE ON import_file_parts TO tramite_system;

-- What became of each row; it goes with the file. The caller's key goes before, where its position is erased.
CREATE TABLE import_rows (
    institution_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    outcome text NOT NULL,
    external_id text,
    debt_position_id uuid,
    installment_id uuid,
    faults jsonb,
    PRIMARY KEY (institution_id, import_id, line)
);
CREATE INDEX import_rows_rejected ON import_rows (institution_id, import_id, line) WHERE outcome = 'rejected';
CREATE INDEX import_rows_position ON import_rows (institution_id, debt_position_id) WHERE debt_position_id IS NOT NULL;
SELECT tramite_guard('import_rows');
SELECT tramite_open_to_system('import_rows', 'SELECT', 'DELETE');
GRANT SELECT, INSERT ON import_rows TO tramite_app;
GRANT UPDATE (external_id) ON import_rows TO tramite_app;
GRANT SELECT (institution_id, import_id, line) ON import_rows TO tramite_system;
GRANT DELETE ON import_rows TO tramite_system;
