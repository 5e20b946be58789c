-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE trusted_issuers;
DROP TABLE signing_keys;
DROP TABLE client_keys;
DROP TABLE client_secrets;
DROP TABLE clients;
DROP TABLE stations;
DROP TABLE deployment;
