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

-- Ends months of the journal that lie before a day, and some rows of the default partition that do. Whatever the caller says,
-- and whatever its clock shows, the last 24 months stay (giornale degli eventi). A month that somebody is reading is left to
-- the next time.
CREATE FUNCTION tramite_end_journal(before date, rows_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    kept_from date := least(before, (date_trunc('month', now() AT TIME ZONE 'UTC') - interval '24 months')::date);
    part regclass;
    gone integer := 0;
BEGIN
    BEGIN
        DELETE FROM journal_default
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM journal_default WHERE month < kept_from LIMIT rows_max));
        GET DIAGNOSTICS gone = ROW_COUNT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN 0;
    END;
    FOR part IN
        SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'journal'::regclass AND c.relname ~ '^journal_[0-9]{4}_[0-9]{2}$'
            AND to_date(right(c.relname, 7), 'YYYY_MM') < date_trunc('month', kept_from)::date
        ORDER BY c.relname
    LOOP
        BEGIN
            EXECUTE format('DROP TABLE %s', part);
            gone := gone + 1;
        EXCEPTION WHEN lock_not_available THEN
            EXIT;
        END;
    END LOOP;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION tramite_end_journal(date, integer) FROM PUBLIC;
-- It runs as its owner, so it must not look where its caller may put things; and what waits behind it waits
-- for much less than a message may take.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION tramite_end_journal(date, integer) SET search_path = %I, pg_temp', current_schema());
END
$$;
ALTER FUNCTION tramite_end_journal(date, integer) SET lock_timeout = '200ms';
GRANT EXECUTE ON FUNCTION tramite_end_journal(date, integer) TO tramite_system;
