-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE import_rows;
DROP TABLE import_file_parts;
DROP TABLE imports;
