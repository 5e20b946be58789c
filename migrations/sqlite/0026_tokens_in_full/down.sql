-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE client_usage;
DROP TABLE used_tokens;
ALTER TABLE clients DROP COLUMN limits;
