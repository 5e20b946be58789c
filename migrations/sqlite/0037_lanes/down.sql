-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX document_batches_lane;
DROP INDEX imports_lane;
ALTER TABLE document_batches DROP COLUMN lane;
ALTER TABLE imports DROP COLUMN lane;
