-- SPDX-License-Identifier: AGPL-3.0-or-later
-- How the characters of a file were read: whoever sent it is told so.
ALTER TABLE imports ADD COLUMN file_encoding text;
