-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What happened, to be told, and what is to be done.

-- An event has no feed position until the one publisher gives it, after its commit: ids and instants are given before
-- commit, and a reader that pages by them would skip what commits late.
CREATE TABLE events (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    month TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    client_id BLOB,
    service_code TEXT,
    debt_position_id BLOB,
    session_id BLOB,
    data TEXT NOT NULL,
    feed_position INTEGER,
    PRIMARY KEY (institution_id, id, month)
) STRICT;
CREATE INDEX events_feed ON events (institution_id, feed_position);
CREATE INDEX events_unpublished ON events (at, id) WHERE feed_position IS NULL;
CREATE INDEX events_position ON events (institution_id, debt_position_id);

-- The position given last. The one writer is the publisher.
CREATE TABLE feed_counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_position INTEGER NOT NULL
) STRICT;
INSERT INTO feed_counter (id, last_position) VALUES (1, 0);

CREATE TABLE tasks (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    work TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE INDEX tasks_due ON tasks (due_at);
