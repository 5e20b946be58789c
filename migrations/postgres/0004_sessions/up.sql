-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Checkout sessions and their items.

CREATE TABLE checkout_sessions (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    client_reference text COLLATE "C",
    payer jsonb,
    return_url text NOT NULL,
    cancel_url text,
    state text,
    return_mode text NOT NULL,
    on_abandon text NOT NULL,
    if_busy text NOT NULL,
    allow_notice boolean NOT NULL,
    language text NOT NULL,
    metadata jsonb NOT NULL,
    expires_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    cart jsonb,
    processing_since timestamptz,
    last_get_at timestamptz,
    returned jsonb,
    told_status text NOT NULL,
    closed_at timestamptz,
    next_transition_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, id)
);
CREATE INDEX checkout_sessions_client ON checkout_sessions (institution_id, client_id, id);
CREATE INDEX checkout_sessions_reference ON checkout_sessions (institution_id, client_id, client_reference, id);
CREATE INDEX checkout_sessions_updated ON checkout_sessions (institution_id, client_id, updated_at, id);
CREATE INDEX checkout_sessions_due ON checkout_sessions (next_transition_at, id)
    WHERE next_transition_at IS NOT NULL;
-- A checkout link names a session alone: this index finds its home.
CREATE INDEX checkout_sessions_home ON checkout_sessions (id);
SELECT tramite_guard('checkout_sessions');
SELECT tramite_open_to_system('checkout_sessions', 'SELECT');
GRANT SELECT, INSERT, UPDATE ON checkout_sessions TO tramite_app;
GRANT SELECT (institution_id, id, next_transition_at) ON checkout_sessions TO tramite_system;

-- An item without installment is another institution's notice: the session holds no key into the other tenant. A payment
-- of the legacy interface may have no notice number.
CREATE TABLE session_items (
    institution_id uuid NOT NULL,
    session_id uuid NOT NULL,
    place smallint NOT NULL,
    debt_position_id uuid,
    installment_id uuid,
    service_code text COLLATE "C",
    external_id text COLLATE "C",
    installment_reference text,
    made_inline boolean NOT NULL,
    notice_number text COLLATE "C",
    creditor_tax_code text COLLATE "C" NOT NULL,
    company_name text NOT NULL,
    description text NOT NULL,
    amount bigint NOT NULL,
    paid_at timestamptz,
    paid_amount bigint,
    paid_receipt_id uuid,
    PRIMARY KEY (institution_id, session_id, place),
    FOREIGN KEY (institution_id, session_id) REFERENCES checkout_sessions (institution_id, id),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
);
CREATE INDEX session_items_installment ON session_items (institution_id, installment_id);
CREATE INDEX session_items_position ON session_items (institution_id, debt_position_id);
CREATE INDEX session_items_foreign ON session_items (creditor_tax_code, notice_number) WHERE installment_id IS NULL;
SELECT tramite_guard('session_items');
SELECT tramite_open_to_system('session_items', 'SELECT');
GRANT SELECT, INSERT, UPDATE ON session_items TO tramite_app;
GRANT SELECT (institution_id, session_id, installment_id, notice_number, creditor_tax_code, paid_at) ON session_items
    TO tramite_system;
