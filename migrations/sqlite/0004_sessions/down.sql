-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE session_items;
DROP TABLE checkout_sessions;
