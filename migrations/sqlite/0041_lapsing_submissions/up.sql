-- SPDX-License-Identifier: AGPL-3.0-or-later
-- When it is looked at whether a submission of a hosted page goes because nobody has paid; none where it stays.
ALTER TABLE form_submissions ADD COLUMN lapses_at INTEGER;
CREATE INDEX form_submissions_lapses ON form_submissions (institution_id, lapses_at) WHERE lapses_at IS NOT NULL;
