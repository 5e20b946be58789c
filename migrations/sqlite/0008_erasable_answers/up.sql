-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Which debt position an answer shows: when a draft is erased, what its answers told of a person goes with it.

ALTER TABLE idempotency_records ADD COLUMN debt_position_id BLOB;
CREATE INDEX idempotency_records_position ON idempotency_records (institution_id, debt_position_id)
    WHERE debt_position_id IS NOT NULL;
