-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What was due before the last change but one: a receipt may still come for it. The last one stays in its columns, so that a
-- process of the version before goes on reading and writing it.
ALTER TABLE installments ADD COLUMN earlier_amounts jsonb;
