-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE form_catalogues;
DROP TABLE registry_versions;
DROP TABLE form_versions;
