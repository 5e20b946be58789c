-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE webhook_deliveries;
DROP TABLE webhook_lanes;
DROP TABLE webhook_endpoints;
