-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Sessions that name somebody, by a payer or by what a caller wrote freely, in the order in which their time ends. Those whose persons
-- went stand in no entry. The condition is that of the question, word for word, or neither database knows that this serves it.
CREATE INDEX checkout_sessions_naming ON checkout_sessions (institution_id, id)
    WHERE payer IS NOT NULL OR state IS NOT NULL OR metadata <> '{}';
