-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Every message exchanged with the Node, and who did what. Both only grow. The nil institution is the platform.

CREATE TABLE journal (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    month TEXT NOT NULL,
    exchange BLOB NOT NULL,
    at INTEGER NOT NULL,
    direction TEXT NOT NULL,
    operation TEXT NOT NULL,
    caller TEXT NOT NULL,
    callee TEXT NOT NULL,
    creditor_tax_code TEXT,
    station_id TEXT,
    notice_number TEXT,
    iuv TEXT,
    payment_token TEXT,
    psp_id TEXT,
    session_id BLOB,
    outcome TEXT,
    http_status INTEGER,
    duration_us INTEGER,
    payload BLOB NOT NULL,
    PRIMARY KEY (institution_id, id, month)
) STRICT;
CREATE INDEX journal_at ON journal (institution_id, at);
CREATE INDEX journal_notice ON journal (institution_id, notice_number);
CREATE INDEX journal_exchange ON journal (institution_id, exchange);

CREATE TABLE audit (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    client_id BLOB,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE INDEX audit_at ON audit (institution_id, at);
