-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Receipts that never came and are asked for, and which questions the platform was asked: it takes ten an hour of all of us.

-- A row is history: what was asked once is not asked twice. `due_at` is none where it is over.
CREATE TABLE receipt_recoveries (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    iur text COLLATE "C" NOT NULL,
    iuv text COLLATE "C" NOT NULL,
    service_code text COLLATE "C",
    status text NOT NULL,
    receipt_row_id uuid,
    failure text,
    attempts integer NOT NULL,
    due_at timestamptz,
    held_until timestamptz,
    created_by uuid,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, id),
    CONSTRAINT receipt_recoveries_line UNIQUE (institution_id, iur, iuv)
);
CREATE INDEX receipt_recoveries_due ON receipt_recoveries (due_at, id) WHERE due_at IS NOT NULL;
SELECT tramite_guard('receipt_recoveries');
SELECT tramite_open_to_system('receipt_recoveries', 'SELECT', 'UPDATE');
GRANT SELECT, INSERT, UPDATE ON receipt_recoveries TO tramite_app;
GRANT SELECT (institution_id, id, due_at, held_until) ON receipt_recoveries TO tramite_system;
GRANT UPDATE (held_until) ON receipt_recoveries TO tramite_system;

-- One row for each question of the last day, of whichever process.
CREATE TABLE receipt_calls (
    id uuid PRIMARY KEY,
    asked_for uuid NOT NULL,
    called_at timestamptz NOT NULL
);
CREATE INDEX receipt_calls_at ON receipt_calls (called_at);
GRANT SELECT, INSERT, DELETE ON receipt_calls TO tramite_system;

-- Who may ask next is decided by one process at a time, under this row; until then nobody asks where the platform said so.
CREATE TABLE receipt_call_gate (
    id smallint PRIMARY KEY CHECK (id = 1),
    rests_until timestamptz
);
INSERT INTO receipt_call_gate (id) VALUES (1);
GRANT SELECT, UPDATE ON receipt_call_gate TO tramite_system;
