-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE receipt_keys;
DROP FUNCTION tramite_end_events(date, integer);
DROP INDEX events_fed;
