-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX idempotency_records_position;
ALTER TABLE idempotency_records DROP COLUMN debt_position_id;
