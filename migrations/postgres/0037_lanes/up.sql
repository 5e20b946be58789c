-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The lanes of long work: no two works of an institution that are not over are in the same one, whoever lets them in.
ALTER TABLE imports ADD COLUMN lane smallint NOT NULL DEFAULT 0;
ALTER TABLE document_batches ADD COLUMN lane smallint NOT NULL DEFAULT 0;

-- What is under way goes on, each in a lane of its own. The owner sees the rows of all institutions for as long as that takes.
ALTER TABLE imports NO FORCE ROW LEVEL SECURITY;
ALTER TABLE document_batches NO FORCE ROW LEVEL SECURITY;
UPDATE imports SET lane = (
    SELECT count(*) FROM imports AS older
    WHERE older.institution_id = imports.institution_id AND older.finished_at IS NULL AND older.id < imports.id
) WHERE finished_at IS NULL;
UPDATE document_batches SET lane = (
    SELECT count(*) FROM document_batches AS older
    WHERE older.institution_id = document_batches.institution_id AND older.finished_at IS NULL AND older.id < document_batches.id
) WHERE finished_at IS NULL;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;
ALTER TABLE document_batches FORCE ROW LEVEL SECURITY;

CREATE UNIQUE INDEX imports_lane ON imports (institution_id, lane) WHERE finished_at IS NULL;
CREATE UNIQUE INDEX document_batches_lane ON document_batches (institution_id, lane) WHERE finished_at IS NULL;
