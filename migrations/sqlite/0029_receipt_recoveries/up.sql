-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Receipts that never came and are asked for, and which questions the platform was asked: it takes ten an hour of all of us.

-- A row is history: what was asked once is not asked twice. `due_at` is none where it is over.
CREATE TABLE receipt_recoveries (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    iur TEXT NOT NULL,
    iuv TEXT NOT NULL,
    service_code TEXT,
    status TEXT NOT NULL,
    receipt_row_id BLOB,
    failure TEXT,
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    held_until INTEGER,
    created_by BLOB,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, id),
    UNIQUE (institution_id, iur, iuv)
) STRICT;
CREATE INDEX receipt_recoveries_due ON receipt_recoveries (due_at, id) WHERE due_at IS NOT NULL;

-- One row for each question of the last day.
CREATE TABLE receipt_calls (
    id BLOB PRIMARY KEY NOT NULL,
    asked_for BLOB NOT NULL,
    called_at INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_calls_at ON receipt_calls (called_at);

-- Until then nobody asks where the platform said so.
CREATE TABLE receipt_call_gate (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    rests_until INTEGER
) STRICT;
INSERT INTO receipt_call_gate (id) VALUES (1);
