-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX audit_action;
DROP TABLE support_accesses;
