-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Checkout sessions and their items.

CREATE TABLE checkout_sessions (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    client_reference TEXT,
    payer TEXT,
    return_url TEXT NOT NULL,
    cancel_url TEXT,
    state TEXT,
    return_mode TEXT NOT NULL,
    on_abandon TEXT NOT NULL,
    if_busy TEXT NOT NULL,
    allow_notice INTEGER NOT NULL,
    language TEXT NOT NULL,
    metadata TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    cancelled_at INTEGER,
    cart TEXT,
    processing_since INTEGER,
    last_get_at INTEGER,
    returned TEXT,
    told_status TEXT NOT NULL,
    closed_at INTEGER,
    next_transition_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE INDEX checkout_sessions_client ON checkout_sessions (institution_id, client_id, id);
CREATE INDEX checkout_sessions_reference ON checkout_sessions (institution_id, client_id, client_reference, id);
CREATE INDEX checkout_sessions_updated ON checkout_sessions (institution_id, client_id, updated_at, id);
CREATE INDEX checkout_sessions_due ON checkout_sessions (next_transition_at, id)
    WHERE next_transition_at IS NOT NULL;
-- A checkout link names a session alone: this index finds its home.
CREATE INDEX checkout_sessions_home ON checkout_sessions (id);

-- An item without installment is another institution's notice: the session holds no key into the other tenant. A payment
-- of the legacy interface may have no notice number.
CREATE TABLE session_items (
    institution_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    debt_position_id BLOB,
    installment_id BLOB,
    service_code TEXT,
    external_id TEXT,
    installment_reference TEXT,
    made_inline INTEGER NOT NULL,
    notice_number TEXT,
    creditor_tax_code TEXT NOT NULL,
    company_name TEXT NOT NULL,
    description TEXT NOT NULL,
    amount INTEGER NOT NULL,
    paid_at INTEGER,
    paid_amount INTEGER,
    paid_receipt_id BLOB,
    PRIMARY KEY (institution_id, session_id, place),
    FOREIGN KEY (institution_id, session_id) REFERENCES checkout_sessions (institution_id, id),
    FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id)
) STRICT;
CREATE INDEX session_items_installment ON session_items (institution_id, installment_id);
CREATE INDEX session_items_position ON session_items (institution_id, debt_position_id);
CREATE INDEX session_items_foreign ON session_items (creditor_tax_code, notice_number) WHERE installment_id IS NULL;
