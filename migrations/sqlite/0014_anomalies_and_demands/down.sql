-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE receipt_transfers DROP COLUMN accounting;
ALTER TABLE transfers DROP COLUMN accounting;
DROP INDEX services_demand;
ALTER TABLE services DROP COLUMN demand;
ALTER TABLE services DROP COLUMN demand_service_id;
ALTER TABLE services DROP COLUMN demand_subject_id;
DROP INDEX raw_messages_open;
DROP INDEX raw_messages_kept;
ALTER TABLE raw_messages DROP COLUMN message_bytes;
ALTER TABLE raw_messages DROP COLUMN resolved_at;
ALTER TABLE raw_messages DROP COLUMN resolved_by;
ALTER TABLE raw_messages DROP COLUMN note;
DROP TABLE receipt_anomalies;
