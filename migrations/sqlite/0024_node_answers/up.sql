-- SPDX-License-Identifier: AGPL-3.0-or-later
-- How the Node was answered in each calendar month, by station: what pagoPA measures us by. Every process adds what it has
-- counted from time to time; nothing has to be read through for it (docs/decisions/0011-counters-of-our-own.md).
CREATE TABLE node_answers (
    month TEXT NOT NULL,
    station_id TEXT NOT NULL,
    primitive TEXT NOT NULL,
    answered INTEGER NOT NULL,
    within_limit INTEGER NOT NULL,
    PRIMARY KEY (month, station_id, primitive)
) STRICT;
