-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE receipt_keys;
DROP INDEX events_fed;
