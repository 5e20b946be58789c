-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Keys that cost every write more than they are worth (docs/decisions/0007-what-a-write-touches.md).

-- One index instead of two: an erased draft has no external id, and what is none is never twice.
DROP INDEX debt_positions_key;
DROP INDEX debt_positions_external_id;
CREATE UNIQUE INDEX debt_positions_external_id ON debt_positions (institution_id, external_id, service_code);

-- An event enters the feed when it is published.
DROP INDEX events_feed;
CREATE INDEX events_feed ON events (institution_id, feed_position) WHERE feed_position IS NOT NULL;
