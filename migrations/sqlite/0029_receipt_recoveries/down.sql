-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE receipt_call_gate;
DROP TABLE receipt_calls;
DROP TABLE receipt_recoveries;
