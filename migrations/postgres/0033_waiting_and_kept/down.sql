-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX receipts_keeping;
DROP INDEX webhook_deliveries_wide_due;
