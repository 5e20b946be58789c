-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Every message exchanged with the Node, and who did what. Both only grow. The nil institution is the platform.

CREATE TABLE journal (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    month date NOT NULL,
    exchange uuid NOT NULL,
    at timestamptz NOT NULL,
    direction text NOT NULL,
    operation text NOT NULL,
    caller text NOT NULL,
    callee text NOT NULL,
    creditor_tax_code text,
    station_id text,
    notice_number text COLLATE "C",
    iuv text COLLATE "C",
    payment_token text COLLATE "C",
    psp_id text,
    session_id uuid,
    outcome text,
    http_status integer,
    duration_us bigint,
    payload bytea NOT NULL,
    PRIMARY KEY (institution_id, id, month)
) PARTITION BY RANGE (month);
CREATE TABLE journal_default PARTITION OF journal DEFAULT;
CREATE INDEX journal_at ON journal (institution_id, at);
CREATE INDEX journal_notice ON journal (institution_id, notice_number);
CREATE INDEX journal_exchange ON journal (institution_id, exchange);
SELECT tramite_guard('journal');
SELECT tramite_open_to_system('journal', 'INSERT');
GRANT SELECT, INSERT ON journal TO tramite_app;
GRANT INSERT ON journal TO tramite_system;

CREATE TABLE audit (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    client_id uuid,
    action text NOT NULL,
    subject text NOT NULL,
    reason text,
    PRIMARY KEY (institution_id, id)
);
CREATE INDEX audit_at ON audit (institution_id, at);
SELECT tramite_guard('audit');
SELECT tramite_open_to_system('audit', 'INSERT');
GRANT SELECT, INSERT ON audit TO tramite_app;
GRANT INSERT ON audit TO tramite_system;

SELECT tramite_make_partitions(3);
