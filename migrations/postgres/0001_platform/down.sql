-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The two roles stay: other databases of the same server may use them.
DROP TABLE trusted_issuers;
DROP TABLE signing_keys;
DROP TABLE client_keys;
DROP TABLE client_secrets;
DROP TABLE clients;
DROP TABLE stations;
DROP TABLE deployment;
DROP FUNCTION tramite_open_to_system(regclass, text[]);
DROP FUNCTION tramite_guard(regclass);
