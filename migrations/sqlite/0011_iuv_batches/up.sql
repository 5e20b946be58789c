-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Numbers of an institution's sequence that it gives by itself. A batch is a stretch of the sequence, from its first place to
-- its last; which numbers these are follows from the key of the institution. Stretches of one range never overlap, because
-- the sequence gives each place once, so the last place finds the batch that a place may lie in.
CREATE TABLE iuv_batches (
    institution_id BLOB NOT NULL REFERENCES institutions (institution_id),
    id BLOB NOT NULL,
    segregation_code TEXT NOT NULL,
    range_from INTEGER NOT NULL,
    range_to INTEGER NOT NULL,
    first_place INTEGER NOT NULL,
    last_place INTEGER NOT NULL,
    service_codes TEXT,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (institution_id, id),
    UNIQUE (institution_id, segregation_code, range_from, last_place)
) STRICT;
