-- SPDX-License-Identifier: AGPL-3.0-or-later
-- How the Node was answered in each calendar month, by station: what pagoPA measures us by. Every process adds what it has
-- counted from time to time; nothing has to be read through for it (docs/decisions/0011-counters-of-our-own.md).
CREATE TABLE node_answers (
    month date NOT NULL,
    station_id text COLLATE "C" NOT NULL,
    primitive text COLLATE "C" NOT NULL,
    answered bigint NOT NULL,
    within_limit bigint NOT NULL,
    PRIMARY KEY (month, station_id, primitive)
);
GRANT SELECT, INSERT, UPDATE ON node_answers TO tramite_system;
