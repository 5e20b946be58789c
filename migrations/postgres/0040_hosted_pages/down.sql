-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE institutions DROP COLUMN hosted_pages_client_id;
