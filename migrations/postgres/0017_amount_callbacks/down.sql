-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE services DROP COLUMN amount_callback;
