-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Read access of an operator to one institution, for a while. Rows stay: they are history.

CREATE TABLE support_accesses (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    client_id BLOB NOT NULL REFERENCES clients (id),
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (institution_id, id)
) STRICT;
-- A token names the access, and an operator the institution.
CREATE UNIQUE INDEX support_accesses_id ON support_accesses (id);
CREATE INDEX support_accesses_client ON support_accesses (client_id);
-- The reads of an operator are looked for by what was done.
CREATE INDEX audit_action ON audit (institution_id, action, at);
