-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What is kept of one person is found, and goes (docs/data-protection.md): on request, or when its time is over.

-- Sessions of a payer. Those without one, and those whose payer was forgotten, stand in no entry.
CREATE INDEX checkout_sessions_payer ON checkout_sessions (institution_id, (payer ->> 'tax_code')) WHERE payer IS NOT NULL;
