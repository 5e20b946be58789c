-- SPDX-License-Identifier: AGPL-3.0-or-later
CREATE INDEX installments_due_date ON installments (institution_id, due_date);
DROP INDEX installments_due;
