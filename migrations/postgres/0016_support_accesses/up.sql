-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Read access of an operator to one institution, for a while. Rows stay: they are history.

CREATE TABLE support_accesses (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    client_id uuid NOT NULL REFERENCES clients (id),
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (institution_id, id)
);
-- A token names the access, and an operator the institution.
CREATE UNIQUE INDEX support_accesses_id ON support_accesses (id);
CREATE INDEX support_accesses_client ON support_accesses (client_id);
-- The reads of an operator are looked for by what was done.
CREATE INDEX audit_action ON audit (institution_id, action, at);
SELECT tramite_guard('support_accesses');
SELECT tramite_open_to_system('support_accesses', 'SELECT', 'INSERT', 'UPDATE');
GRANT SELECT ON support_accesses TO tramite_app;
GRANT SELECT, INSERT, UPDATE (ended_at) ON support_accesses TO tramite_system;

-- An institution sees the names of the operators who read in it, as those of the clients that act for it.
CREATE POLICY supporting ON clients FOR SELECT TO tramite_app
    USING (EXISTS (SELECT FROM support_accesses WHERE support_accesses.client_id = clients.id));
