-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where clients are told of events, how far each was told, and what became of it (docs/decisions/0009-webhooks.md).

-- Of one institution; of the nil institution where it is told of all that let its client act: no tenant sees those. Rows
-- stay: they are history. Secrets are sealed, and gone when the endpoint has ended.
CREATE TABLE webhook_endpoints (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    url text NOT NULL,
    description text,
    event_types jsonb,
    status text NOT NULL,
    disabled_reason text,
    failing_since timestamptz,
    secret bytea,
    former_secret bytea,
    secret_created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (institution_id, id)
);
CREATE UNIQUE INDEX webhook_endpoints_id ON webhook_endpoints (id);
CREATE INDEX webhook_endpoints_client ON webhook_endpoints (institution_id, client_id) WHERE ended_at IS NULL;
SELECT tramite_guard('webhook_endpoints');
SELECT tramite_open_to_system('webhook_endpoints', 'SELECT', 'INSERT', 'UPDATE');
GRANT SELECT, INSERT, UPDATE ON webhook_endpoints TO tramite_app, tramite_system;

-- How far an endpoint was told of one institution, and who is at it: a lane belongs to one worker at a time, as long as it
-- renews that and its session at the server lives. It is looked
-- at when it is due; none means when something new is published. One that rests is not woken before its time.
CREATE TABLE webhook_lanes (
    institution_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    feed_position bigint NOT NULL,
    due_at timestamptz,
    rests_until timestamptz,
    holder uuid,
    holder_pid integer,
    held_until timestamptz,
    claim bigint NOT NULL,
    PRIMARY KEY (institution_id, endpoint_id)
);
CREATE INDEX webhook_lanes_due ON webhook_lanes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_lanes_endpoint ON webhook_lanes (endpoint_id);
CREATE INDEX webhook_lanes_holder ON webhook_lanes (holder) WHERE holder IS NOT NULL;
SELECT tramite_guard('webhook_lanes');
SELECT tramite_open_to_system('webhook_lanes', 'SELECT', 'INSERT', 'UPDATE', 'DELETE');
GRANT SELECT, INSERT ON webhook_lanes TO tramite_app;
GRANT UPDATE (due_at, rests_until) ON webhook_lanes TO tramite_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_lanes TO tramite_system;

-- One event on its way to one endpoint. `wide` marks those of endpoints of all delegations, which are listed across
-- institutions.
CREATE TABLE webhook_deliveries (
    institution_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    wide boolean NOT NULL,
    kind text NOT NULL,
    event_at timestamptz NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    began_at timestamptz,
    due_at timestamptz,
    last_at timestamptz,
    last_status integer,
    last_failure text,
    latency_ms integer,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, endpoint_id, event_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (institution_id, endpoint_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_wide ON webhook_deliveries (endpoint_id, event_id) WHERE wide;
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at);
SELECT tramite_guard('webhook_deliveries');
SELECT tramite_open_to_system('webhook_deliveries', 'SELECT', 'INSERT', 'UPDATE', 'DELETE');
GRANT SELECT, INSERT, UPDATE ON webhook_deliveries TO tramite_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO tramite_system;
