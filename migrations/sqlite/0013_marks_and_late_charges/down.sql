-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE services DROP COLUMN late_charges;
ALTER TABLE installments DROP COLUMN paid_reference;
