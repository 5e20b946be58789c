-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE attempts;
DROP TABLE transfers;
DROP TABLE installments;
DROP TABLE payment_options;
DROP TABLE debt_positions;
