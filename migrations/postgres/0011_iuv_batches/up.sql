-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Numbers of an institution's sequence that it gives by itself. A batch is a stretch of the sequence, from its first place to
-- its last; which numbers these are follows from the key of the institution. Stretches of one range never overlap, because
-- the sequence gives each place once, so the last place finds the batch that a place may lie in.
CREATE TABLE iuv_batches (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    segregation_code text COLLATE "C" NOT NULL,
    range_from bigint NOT NULL,
    range_to bigint NOT NULL,
    first_place bigint NOT NULL,
    last_place bigint NOT NULL,
    service_codes jsonb,
    created_by uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (institution_id, id),
    CONSTRAINT iuv_batches_place UNIQUE (institution_id, segregation_code, range_from, last_place)
);
SELECT tramite_guard('iuv_batches');
GRANT SELECT, INSERT ON iuv_batches TO tramite_app;
