-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX audit_action;
DROP POLICY supporting ON clients;
DROP TABLE support_accesses;
