-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What was strange about a receipt, one row each, so that it can be found and resolved; the same for messages that could
-- not be taken. How a provider's customer asks for a payment of a service. How shares are booked.

CREATE TABLE receipt_anomalies (
    institution_id uuid NOT NULL,
    receipt_row_id uuid NOT NULL,
    anomaly text COLLATE "C" NOT NULL,
    resolved_at timestamptz,
    resolved_by uuid,
    note text,
    PRIMARY KEY (institution_id, receipt_row_id, anomaly),
    FOREIGN KEY (institution_id, receipt_row_id) REFERENCES receipts (institution_id, id)
);
-- The owner is held to the walls too: for a moment they are opened, so that what is there is carried over.
ALTER TABLE receipts NO FORCE ROW LEVEL SECURITY;
INSERT INTO receipt_anomalies (institution_id, receipt_row_id, anomaly)
    SELECT institution_id, id, jsonb_array_elements_text(anomalies) FROM receipts;
ALTER TABLE receipts FORCE ROW LEVEL SECURITY;
CREATE INDEX receipt_anomalies_named ON receipt_anomalies (institution_id, anomaly, receipt_row_id);
CREATE INDEX receipt_anomalies_open ON receipt_anomalies (institution_id, receipt_row_id) WHERE resolved_at IS NULL;
SELECT tramite_guard('receipt_anomalies');
GRANT SELECT, INSERT ON receipt_anomalies TO tramite_app;
GRANT UPDATE (resolved_at, resolved_by, note) ON receipt_anomalies TO tramite_app;

-- Operators see that a message was kept, whence and why, and never what stands in it.
ALTER TABLE raw_messages
    ADD COLUMN message_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN resolved_at timestamptz,
    ADD COLUMN resolved_by uuid,
    ADD COLUMN note text;
ALTER TABLE raw_messages NO FORCE ROW LEVEL SECURITY;
UPDATE raw_messages SET message_bytes = octet_length(message);
ALTER TABLE raw_messages FORCE ROW LEVEL SECURITY;
CREATE INDEX raw_messages_kept ON raw_messages (id);
CREATE INDEX raw_messages_open ON raw_messages (id) WHERE resolved_at IS NULL;
SELECT tramite_open_to_system('raw_messages', 'SELECT', 'UPDATE');
GRANT SELECT (institution_id, id, received_at, reason, peer_fingerprint, message_bytes, resolved_at, resolved_by, note)
    ON raw_messages TO tramite_system;
GRANT UPDATE (resolved_at, resolved_by, note) ON raw_messages TO tramite_system;

ALTER TABLE services
    ADD COLUMN demand jsonb,
    ADD COLUMN demand_service_id text COLLATE "C",
    ADD COLUMN demand_subject_id text COLLATE "C";
CREATE UNIQUE INDEX services_demand ON services (institution_id, demand_service_id, demand_subject_id);

ALTER TABLE transfers ADD COLUMN accounting jsonb NOT NULL DEFAULT '[]';
ALTER TABLE receipt_transfers ADD COLUMN accounting jsonb NOT NULL DEFAULT '[]';
