-- SPDX-License-Identifier: AGPL-3.0-or-later
-- A line of the audit trail names its request. What is done every day is found by its time alone, and its events tell the rest: two
-- entries less for each position that is made.
ALTER TABLE audit ADD COLUMN request_id uuid;
DROP INDEX audit_subject;
DROP INDEX audit_action;
CREATE INDEX audit_subject ON audit (institution_id, subject)
    WHERE action NOT IN ('debt_position.created', 'debt_position.replaced', 'debt_position.published', 'debt_position.cancelled',
        'checkout_session.created', 'checkout_session.cancelled');
CREATE INDEX audit_action ON audit (institution_id, action, at)
    WHERE action NOT IN ('debt_position.created', 'debt_position.replaced', 'debt_position.published', 'debt_position.cancelled',
        'checkout_session.created', 'checkout_session.cancelled');
