-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Each of these keys locks the one row of the institution, or of a service, for every row that is written below it: many
-- writers of one institution meet there. Neither is ever deleted, the wall says whose a row is, and a decision rests on a
-- service that it has read (docs/decisions/0007-what-a-write-touches.md).
ALTER TABLE receipts DROP CONSTRAINT receipts_institution_id_fkey;
ALTER TABLE checkout_sessions DROP CONSTRAINT checkout_sessions_institution_id_fkey;
ALTER TABLE debt_positions
    DROP CONSTRAINT debt_positions_institution_id_fkey,
    DROP CONSTRAINT debt_positions_institution_id_service_code_fkey;
ALTER TABLE events DROP CONSTRAINT events_institution_id_fkey;
ALTER TABLE tasks DROP CONSTRAINT tasks_institution_id_fkey;
