-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX debt_positions_ending;
DROP INDEX debt_positions_beginning;
DROP INDEX debt_positions_drafts;
DROP INDEX debt_positions_cancelled;
DROP INDEX debt_positions_partly_paid;
