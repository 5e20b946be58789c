-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE idempotency_records;
DROP TABLE number_sequences;
DROP TABLE sealed_secrets;
DROP TABLE data_keys;
DROP POLICY delegated ON clients;
DROP TABLE delegations;
DROP TABLE services;
DROP TABLE beneficiaries;
DROP TABLE accounts;
DROP TABLE institution_stations;
DROP TABLE institutions;
DROP POLICY system_select ON clients;
DROP POLICY system_insert ON clients;
DROP POLICY system_update ON clients;
ALTER TABLE clients NO FORCE ROW LEVEL SECURITY;
ALTER TABLE clients DISABLE ROW LEVEL SECURITY;
REVOKE SELECT (id, display_name) ON clients FROM tramite_app;
