-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The twin of a change that SQLite does not need: its wall stands in the text of each statement.
SELECT 1;
