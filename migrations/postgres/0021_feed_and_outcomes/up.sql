-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The feed of several institutions at once, the end of old events, and receipts found by whom and what they name.

-- One counter serves all feeds, so a client that acts for many reads along it, a stretch at a time.
CREATE INDEX events_fed ON events (feed_position) WHERE feed_position IS NOT NULL;

-- Ends months of events that lie before a day, and some rows of the default partition that do; as the journal, at least the
-- last 24 months stay. A month in which an event still waits for its place in the feed stays too, and one that somebody is
-- reading is left to the next time.
CREATE FUNCTION tramite_end_events(before date, rows_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    kept_from date := least(before, (date_trunc('month', now() AT TIME ZONE 'UTC') - interval '24 months')::date);
    part regclass;
    waits boolean;
    gone integer := 0;
BEGIN
    BEGIN
        DELETE FROM events_default
        WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM events_default WHERE month < kept_from AND feed_position IS NOT NULL LIMIT rows_max));
        GET DIAGNOSTICS gone = ROW_COUNT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN 0;
    END;
    FOR part IN
        SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'events'::regclass AND c.relname ~ '^events_[0-9]{4}_[0-9]{2}$'
            AND to_date(right(c.relname, 7), 'YYYY_MM') < date_trunc('month', kept_from)::date
        ORDER BY c.relname
    LOOP
        BEGIN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE feed_position IS NULL)', part) INTO waits;
            EXIT WHEN waits;
            EXECUTE format('DROP TABLE %s', part);
            gone := gone + 1;
        EXCEPTION WHEN lock_not_available THEN
            EXIT;
        END;
    END LOOP;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION tramite_end_events(date, integer) FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION tramite_end_events(date, integer) SET search_path = %I, pg_temp', current_schema());
END
$$;
ALTER FUNCTION tramite_end_events(date, integer) SET lock_timeout = '200ms';
GRANT EXECUTE ON FUNCTION tramite_end_events(date, integer) TO tramite_system;

-- By what a receipt is found: the tax codes of debtor and payer, and the creditor reference, where they are no longer than such
-- a thing can be. Rows of their own, for a person's can be removed when the law says so.
CREATE TABLE receipt_keys (
    institution_id uuid NOT NULL,
    kind text NOT NULL,
    value text COLLATE "C" NOT NULL,
    receipt_row_id uuid NOT NULL,
    PRIMARY KEY (institution_id, kind, value, receipt_row_id),
    FOREIGN KEY (institution_id, receipt_row_id) REFERENCES receipts (institution_id, id)
);
ALTER TABLE receipts NO FORCE ROW LEVEL SECURITY;
INSERT INTO receipt_keys (institution_id, kind, value, receipt_row_id)
    SELECT institution_id, 'person', upper(debtor ->> 'tax_code'), id FROM receipts
    WHERE length(debtor ->> 'tax_code') BETWEEN 1 AND 35
    UNION
    SELECT institution_id, 'person', upper(payer ->> 'tax_code'), id FROM receipts
    WHERE length(payer ->> 'tax_code') BETWEEN 1 AND 35
    UNION
    SELECT institution_id, 'iuv', iuv, id FROM receipts WHERE length(iuv) BETWEEN 1 AND 35;
ALTER TABLE receipts FORCE ROW LEVEL SECURITY;
SELECT tramite_guard('receipt_keys');
GRANT SELECT, INSERT ON receipt_keys TO tramite_app;
