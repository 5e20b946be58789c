-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE tasks;
DROP TABLE feed_counter;
DROP TABLE events;
