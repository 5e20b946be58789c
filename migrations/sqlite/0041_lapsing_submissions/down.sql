-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX form_submissions_lapses;
ALTER TABLE form_submissions DROP COLUMN lapses_at;
