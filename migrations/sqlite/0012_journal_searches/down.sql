-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP INDEX events_session;
DROP INDEX audit_subject;
CREATE INDEX journal_exchange ON journal (institution_id, exchange);
CREATE INDEX journal_notice ON journal (institution_id, notice_number);
DROP INDEX journal_refused;
DROP INDEX journal_session;
DROP INDEX journal_token;
DROP INDEX journal_iuv_at;
DROP INDEX journal_notice_at;
