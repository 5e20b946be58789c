-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE installments DROP COLUMN earlier_amounts;
