-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where clients are told of events, how far each was told, and what became of it (docs/decisions/0009-webhooks.md).

-- Of one institution; of the nil institution where it is told of all that let its client act: no tenant sees those. Rows
-- stay: they are history. Secrets are sealed, and gone when the endpoint has ended.
CREATE TABLE webhook_endpoints (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    url TEXT NOT NULL,
    description TEXT,
    event_types TEXT,
    status TEXT NOT NULL,
    disabled_reason TEXT,
    failing_since INTEGER,
    secret BLOB,
    former_secret BLOB,
    secret_created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE UNIQUE INDEX webhook_endpoints_id ON webhook_endpoints (id);
CREATE INDEX webhook_endpoints_client ON webhook_endpoints (institution_id, client_id) WHERE ended_at IS NULL;

-- How far an endpoint was told of one institution, and who is at it: a lane belongs to one worker at a time, as long as it
-- renews that and its session at the server lives. It is looked
-- at when it is due; none means when something new is published. One that rests is not woken before its time.
CREATE TABLE webhook_lanes (
    institution_id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    feed_position INTEGER NOT NULL,
    due_at INTEGER,
    rests_until INTEGER,
    holder BLOB,
    holder_pid INTEGER,
    held_until INTEGER,
    claim INTEGER NOT NULL,
    PRIMARY KEY (institution_id, endpoint_id)
) STRICT;
CREATE INDEX webhook_lanes_due ON webhook_lanes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_lanes_endpoint ON webhook_lanes (endpoint_id);
CREATE INDEX webhook_lanes_holder ON webhook_lanes (holder) WHERE holder IS NOT NULL;

-- One event on its way to one endpoint. `wide` marks those of endpoints of all delegations, which are listed across
-- institutions.
CREATE TABLE webhook_deliveries (
    institution_id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    wide INTEGER NOT NULL,
    kind TEXT NOT NULL,
    event_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    began_at INTEGER,
    due_at INTEGER,
    last_at INTEGER,
    last_status INTEGER,
    last_failure TEXT,
    latency_ms INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, endpoint_id, event_id)
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (institution_id, endpoint_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_wide ON webhook_deliveries (endpoint_id, event_id) WHERE wide;
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at);
