-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE raw_messages;
DROP TABLE receipt_variants;
DROP TABLE receipt_transfers;
DROP TABLE receipts;
