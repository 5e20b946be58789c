-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The twin of a change that SQLite does not need: there is one writer, and its foreign keys lock nothing.
SELECT 1;
