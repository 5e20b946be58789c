-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Keys that cost every write more than they are worth (docs/decisions/0007-what-a-write-touches.md).

-- One index instead of two: an erased draft has no external id, and what is none is never twice.
DROP INDEX debt_positions_key;
DROP INDEX debt_positions_external_id;
CREATE UNIQUE INDEX debt_positions_external_id ON debt_positions (institution_id, external_id, service_code);

-- An event enters the feed when it is published.
DROP INDEX events_feed;
CREATE INDEX events_feed ON events (institution_id, feed_position) WHERE feed_position IS NOT NULL;

-- Each of these locks the one row of the institution, or of a service, for every row that is written below it: many
-- writers of one institution meet there. Neither is ever deleted, the wall says whose a row is, and a decision rests on a
-- service that it has read.
ALTER TABLE debt_positions
    DROP CONSTRAINT debt_positions_institution_id_fkey,
    DROP CONSTRAINT debt_positions_institution_id_service_code_fkey;
ALTER TABLE checkout_sessions DROP CONSTRAINT checkout_sessions_institution_id_fkey;
ALTER TABLE receipts DROP CONSTRAINT receipts_institution_id_fkey;
ALTER TABLE events DROP CONSTRAINT events_institution_id_fkey;
ALTER TABLE tasks DROP CONSTRAINT tasks_institution_id_fkey;
