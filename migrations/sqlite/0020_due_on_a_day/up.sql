-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What is due on no day is in no range of days. Whose debt it is stands beside the day: a list by days asks for nothing else of
-- an installment, and need not look at it. By itself: who holds up the journal must not ask for installments, which a receipt
-- that waits for the journal holds.
CREATE INDEX installments_due ON installments (institution_id, due_date, debt_position_id) WHERE due_date IS NOT NULL;
DROP INDEX installments_due_date;
