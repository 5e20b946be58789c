-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The journal is searched, and what is older than it must be kept goes.

-- A line is looked for by its notice, its reference, the Node's token or the session; what a line has not is not indexed. The
-- newest of a notice come first, so the instant stands in the index. The two halves of an exchange are found together by
-- all of them, and nobody looks for them alone. Refusals are few, and are what a helpdesk looks for.
CREATE INDEX journal_notice_at ON journal (institution_id, notice_number, at) WHERE notice_number IS NOT NULL;
CREATE INDEX journal_iuv_at ON journal (institution_id, iuv, at) WHERE iuv IS NOT NULL;
CREATE INDEX journal_token ON journal (institution_id, payment_token) WHERE payment_token IS NOT NULL;
CREATE INDEX journal_session ON journal (institution_id, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX journal_refused ON journal (institution_id, outcome, at) WHERE outcome <> 'OK';
DROP INDEX journal_notice;
DROP INDEX journal_exchange;

-- The timeline of a position asks what was done to it, and what became of its sessions.
CREATE INDEX audit_subject ON audit (institution_id, subject);
CREATE INDEX events_session ON events (institution_id, session_id) WHERE session_id IS NOT NULL;
