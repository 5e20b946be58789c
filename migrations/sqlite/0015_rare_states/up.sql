-- SPDX-License-Identifier: AGPL-3.0-or-later
-- A page of a rare state is found among any number of positions: each index holds only the positions of that state, so that
-- the many open and paid ones cost no write more. States that only the clock tells (scheduled, expired) are found by the
-- instant that decides them. While the indexes are made, writes wait.
CREATE INDEX debt_positions_partly_paid ON debt_positions (institution_id, id)
    WHERE settled = 'partially_paid';
CREATE INDEX debt_positions_cancelled ON debt_positions (institution_id, id)
    WHERE settled IS NULL AND cancelled;
CREATE INDEX debt_positions_drafts ON debt_positions (institution_id, id)
    WHERE settled IS NULL AND NOT cancelled AND NOT published;
CREATE INDEX debt_positions_beginning ON debt_positions (institution_id, valid_from)
    WHERE settled IS NULL AND NOT cancelled AND published AND valid_from IS NOT NULL;
CREATE INDEX debt_positions_ending ON debt_positions (institution_id, ends_at)
    WHERE settled IS NULL AND NOT cancelled AND published AND ends_at IS NOT NULL;
