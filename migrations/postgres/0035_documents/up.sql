-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Notices and receipts of many debt positions in one file, and what stood on the slips that were printed.

-- Heads stay: they are history. Of those that are not over, one worker at a time holds each; whoever takes over from one whose
-- time has passed raises the version, so that the other writes nothing any more.
CREATE TABLE document_batches (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    form text NOT NULL,
    language text NOT NULL,
    import_id uuid,
    services jsonb,
    status text NOT NULL,
    failure jsonb,
    total integer NOT NULL,
    drawn integer NOT NULL,
    skipped integer NOT NULL,
    parts integer NOT NULL,
    bytes bigint NOT NULL,
    pages integer NOT NULL,
    mark text,
    kept_until timestamptz,
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
CREATE INDEX document_batches_open ON document_batches (institution_id, id) WHERE finished_at IS NULL;
CREATE INDEX document_batches_kept ON document_batches (kept_until) WHERE kept_until IS NOT NULL;
SELECT tramite_guard('document_batches');
SELECT tramite_open_to_system('document_batches', 'SELECT', 'UPDATE');
GRANT SELECT, INSERT, UPDATE ON document_batches TO tramite_app;
GRANT SELECT (
    institution_id, id, kept_until, finished_at, version, created_at, held_by, held_until, claimed_at
) ON document_batches TO tramite_system;
GRANT UPDATE (kept_until, version, held_by, held_until, claimed_at) ON document_batches TO tramite_system;

-- What became of each debt position; it goes with the file.
CREATE TABLE batch_documents (
    institution_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    place integer NOT NULL,
    debt_position_id uuid NOT NULL,
    outcome text NOT NULL,
    code text,
    file_name text,
    first_page integer,
    pages integer,
    PRIMARY KEY (institution_id, batch_id, place)
);
SELECT tramite_guard('batch_documents');
SELECT tramite_open_to_system('batch_documents', 'SELECT', 'DELETE');
GRANT SELECT, INSERT ON batch_documents TO tramite_app;
GRANT UPDATE (outcome, code, file_name, first_page, pages) ON batch_documents TO tramite_app;
GRANT SELECT (institution_id, batch_id, place) ON batch_documents TO tramite_system;
GRANT DELETE ON batch_documents TO tramite_system;

-- The file, in parts, each sealed under the key of its institution, with what whoever writes its end must know of them.
CREATE TABLE document_parts (
    institution_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    place integer NOT NULL,
    bytes bigint NOT NULL,
    created_at timestamptz NOT NULL,
    sealed bytea NOT NULL,
    sealed_index bytea NOT NULL,
    PRIMARY KEY (institution_id, batch_id, place)
);
-- What is sealed cannot be compressed: it is not tried.
ALTER TABLE document_parts ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE document_parts ALTER COLUMN sealed_index SET STORAGE EXTERNAL;
SELECT tramite_guard('document_parts');
SELECT tramite_open_to_system('document_parts', 'SELECT', 'DELETE');
GRANT SELECT, INSERT ON document_parts TO tramite_app;
GRANT SELECT (institution_id, batch_id, place, created_at) ON document_parts TO tramite_system;
GRANT DELETE ON document_parts TO tramite_system;

-- What the first slip of a debt position said of an account: each further one says the same, whatever becomes of the account.
-- As long as a batch alone has printed it, and comes to nothing, it goes again.
CREATE TABLE printed_slips (
    institution_id uuid NOT NULL,
    debt_position_id uuid NOT NULL,
    account_code text COLLATE "C" NOT NULL,
    postal_account text NOT NULL,
    holder text NOT NULL,
    authorization_text text,
    printed_at timestamptz NOT NULL,
    batch_id uuid,
    PRIMARY KEY (institution_id, debt_position_id, account_code)
);
CREATE INDEX printed_slips_batch ON printed_slips (institution_id, batch_id) WHERE batch_id IS NOT NULL;
SELECT tramite_guard('printed_slips');
GRANT SELECT, INSERT, DELETE ON printed_slips TO tramite_app;
GRANT UPDATE (batch_id) ON printed_slips TO tramite_app;
