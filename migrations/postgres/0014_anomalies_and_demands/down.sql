-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE receipt_transfers DROP COLUMN accounting;
ALTER TABLE transfers DROP COLUMN accounting;
DROP INDEX services_demand;
ALTER TABLE services DROP COLUMN demand, DROP COLUMN demand_service_id, DROP COLUMN demand_subject_id;
REVOKE UPDATE (resolved_at, resolved_by, note) ON raw_messages FROM tramite_system;
REVOKE SELECT (institution_id, id, received_at, reason, peer_fingerprint, message_bytes, resolved_at, resolved_by, note)
    ON raw_messages FROM tramite_system;
DROP POLICY system_select ON raw_messages;
DROP POLICY system_update ON raw_messages;
DROP INDEX raw_messages_open;
DROP INDEX raw_messages_kept;
ALTER TABLE raw_messages DROP COLUMN message_bytes, DROP COLUMN resolved_at, DROP COLUMN resolved_by, DROP COLUMN note;
DROP TABLE receipt_anomalies;
