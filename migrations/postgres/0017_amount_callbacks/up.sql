-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Whom a service asks what is due.
ALTER TABLE services ADD COLUMN amount_callback jsonb;
