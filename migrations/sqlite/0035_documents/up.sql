-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Notices and receipts of many debt positions in one file, and what stood on the slips that were printed.

-- Heads stay: they are history. Of those that are not over, one worker at a time holds each; whoever takes over from one whose
-- time has passed raises the version, so that the other writes nothing any more.
CREATE TABLE document_batches (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    form TEXT NOT NULL,
    language TEXT NOT NULL,
    import_id BLOB,
    services TEXT,
    status TEXT NOT NULL,
    failure TEXT,
    total INTEGER NOT NULL,
    drawn INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    mark TEXT,
    kept_until INTEGER,
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
CREATE INDEX document_batches_open ON document_batches (institution_id, id) WHERE finished_at IS NULL;
CREATE INDEX document_batches_kept ON document_batches (kept_until) WHERE kept_until IS NOT NULL;

-- What became of each debt position; it goes with the file.
CREATE TABLE batch_documents (
    institution_id BLOB NOT NULL,
    batch_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    debt_position_id BLOB NOT NULL,
    outcome TEXT NOT NULL,
    code TEXT,
    file_name TEXT,
    first_page INTEGER,
    pages INTEGER,
    PRIMARY KEY (institution_id, batch_id, place)
) STRICT;

-- The file, in parts, each sealed under the key of its institution, with what whoever writes its end must know of them.
CREATE TABLE document_parts (
    institution_id BLOB NOT NULL,
    batch_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    sealed_index BLOB NOT NULL,
    PRIMARY KEY (institution_id, batch_id, place)
) STRICT;

-- What the first slip of a debt position said of an account: each further one says the same, whatever becomes of the account.
-- As long as a batch alone has printed it, and comes to nothing, it goes again.
CREATE TABLE printed_slips (
    institution_id BLOB NOT NULL,
    debt_position_id BLOB NOT NULL,
    account_code TEXT NOT NULL,
    postal_account TEXT NOT NULL,
    holder TEXT NOT NULL,
    authorization_text TEXT,
    printed_at INTEGER NOT NULL,
    batch_id BLOB,
    PRIMARY KEY (institution_id, debt_position_id, account_code)
) STRICT;
CREATE INDEX printed_slips_batch ON printed_slips (institution_id, batch_id) WHERE batch_id IS NOT NULL;
