-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX audit_subject;
DROP INDEX audit_action;
CREATE INDEX audit_subject ON audit (institution_id, subject);
CREATE INDEX audit_action ON audit (institution_id, action, at);
ALTER TABLE audit DROP COLUMN request_id;
