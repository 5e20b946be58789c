-- SPDX-License-Identifier: AGPL-3.0-or-later
-- By what an institution finds a payment again that it marked; and what a service adds after the due date.
ALTER TABLE installments ADD COLUMN paid_reference text;
ALTER TABLE services ADD COLUMN late_charges jsonb;
