-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Indexes that cost every write more than they are worth (docs/decisions/0007-what-a-write-touches.md). The new ones are made
-- before the old ones go: until then others may read.

-- One index instead of two: an erased draft has no external id, and what is none is never twice.
CREATE UNIQUE INDEX debt_positions_external_key ON debt_positions (institution_id, external_id, service_code);
-- An event enters the feed when it is published.
CREATE INDEX events_published ON events (institution_id, feed_position) WHERE feed_position IS NOT NULL;
DROP INDEX events_feed;
DROP INDEX debt_positions_external_id;
DROP INDEX debt_positions_key;
