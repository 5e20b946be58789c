-- SPDX-License-Identifier: AGPL-3.0-or-later
CREATE UNIQUE INDEX debt_positions_external_id ON debt_positions (institution_id, service_code, external_id)
    WHERE erased_at IS NULL;
CREATE INDEX debt_positions_key ON debt_positions (institution_id, external_id);
CREATE INDEX events_feed ON events (institution_id, feed_position);
DROP INDEX events_published;
DROP INDEX debt_positions_external_key;
