-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What waits for an endpoint of all delegations, of whichever institution, the first to come first: after an outage it is due at once.
CREATE INDEX webhook_deliveries_wide_due ON webhook_deliveries (endpoint_id, due_at) WHERE wide AND due_at IS NOT NULL;

-- Receipts that still have their message, by the day of their payment: those whose persons went, whose digest is none, stand in no
-- entry. The condition is that of the question, word for word, or neither database knows that this serves it.
CREATE INDEX receipts_keeping ON receipts (institution_id, paid_at)
    WHERE message_sha256 <> '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea;
