-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP POLICY supporting ON clients;
DROP TABLE support_accesses;
