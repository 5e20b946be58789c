-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX checkout_sessions_naming;
