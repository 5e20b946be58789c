-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE imports DROP COLUMN file_encoding;
