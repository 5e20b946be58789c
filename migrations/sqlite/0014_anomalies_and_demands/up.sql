-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What was strange about a receipt, one row each, so that it can be found and resolved; the same for messages that could
-- not be taken. How a provider's customer asks for a payment of a service. How shares are booked.

CREATE TABLE receipt_anomalies (
    institution_id BLOB NOT NULL,
    receipt_row_id BLOB NOT NULL,
    anomaly TEXT NOT NULL,
    resolved_at INTEGER,
    resolved_by BLOB,
    note TEXT,
    PRIMARY KEY (institution_id, receipt_row_id, anomaly),
    FOREIGN KEY (institution_id, receipt_row_id) REFERENCES receipts (institution_id, id)
) STRICT;
INSERT INTO receipt_anomalies (institution_id, receipt_row_id, anomaly)
    SELECT receipts.institution_id, receipts.id, found.value FROM receipts, json_each(receipts.anomalies) AS found;
CREATE INDEX receipt_anomalies_named ON receipt_anomalies (institution_id, anomaly, receipt_row_id);
CREATE INDEX receipt_anomalies_open ON receipt_anomalies (institution_id, receipt_row_id) WHERE resolved_at IS NULL;

-- Operators see that a message was kept, whence and why, and never what stands in it.
ALTER TABLE raw_messages ADD COLUMN message_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE raw_messages ADD COLUMN resolved_at INTEGER;
ALTER TABLE raw_messages ADD COLUMN resolved_by BLOB;
ALTER TABLE raw_messages ADD COLUMN note TEXT;
UPDATE raw_messages SET message_bytes = length(message);
CREATE INDEX raw_messages_kept ON raw_messages (id);
CREATE INDEX raw_messages_open ON raw_messages (id) WHERE resolved_at IS NULL;

ALTER TABLE services ADD COLUMN demand TEXT;
ALTER TABLE services ADD COLUMN demand_service_id TEXT;
ALTER TABLE services ADD COLUMN demand_subject_id TEXT;
CREATE UNIQUE INDEX services_demand ON services (institution_id, demand_service_id, demand_subject_id);

ALTER TABLE transfers ADD COLUMN accounting TEXT NOT NULL DEFAULT '[]';
ALTER TABLE receipt_transfers ADD COLUMN accounting TEXT NOT NULL DEFAULT '[]';
