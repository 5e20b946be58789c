-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What happened, to be told, and what is to be done.

-- Makes the partitions of this month and of the coming ones. A month whose rows stand already in the default partition
-- stays there.
CREATE FUNCTION tramite_make_partitions(months_ahead integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    parent text;
    first date;
BEGIN
    FOREACH parent IN ARRAY ARRAY['events', 'journal'] LOOP
        CONTINUE WHEN to_regclass(parent) IS NULL;
        FOR ahead IN 0..least(months_ahead, 24) LOOP
            first := date_trunc('month', now() AT TIME ZONE 'UTC')::date + make_interval(months => ahead);
            CONTINUE WHEN to_regclass(parent || to_char(first, '_YYYY_MM')) IS NOT NULL;
            BEGIN
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    parent || to_char(first, '_YYYY_MM'), parent, first, (first + interval '1 month')::date);
            EXCEPTION WHEN check_violation OR duplicate_table THEN
                NULL;
            END;
        END LOOP;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION tramite_make_partitions(integer) FROM PUBLIC;
-- It runs as its owner, so it must not look where its caller may put things.
DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION tramite_make_partitions(integer) SET search_path = %I, pg_temp', current_schema());
END
$$;
GRANT EXECUTE ON FUNCTION tramite_make_partitions(integer) TO tramite_system;

-- An event has no feed position until the one publisher gives it, after its commit: ids and instants are given before
-- commit, and a reader that pages by them would skip what commits late.
CREATE TABLE events (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    month date NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    client_id uuid,
    service_code text COLLATE "C",
    debt_position_id uuid,
    session_id uuid,
    data jsonb NOT NULL,
    feed_position bigint,
    PRIMARY KEY (institution_id, id, month)
) PARTITION BY RANGE (month);
CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE INDEX events_feed ON events (institution_id, feed_position);
CREATE INDEX events_unpublished ON events (at, id) WHERE feed_position IS NULL;
CREATE INDEX events_position ON events (institution_id, debt_position_id);
SELECT tramite_guard('events');
SELECT tramite_open_to_system('events', 'SELECT', 'INSERT', 'UPDATE');
GRANT SELECT, INSERT ON events TO tramite_app, tramite_system;
GRANT UPDATE (feed_position) ON events TO tramite_system;

-- The position given last. Whoever holds its row lock is the publisher.
CREATE TABLE feed_counter (
    id smallint PRIMARY KEY CHECK (id = 1),
    last_position bigint NOT NULL
);
INSERT INTO feed_counter (id, last_position) VALUES (1, 0);
GRANT SELECT, UPDATE ON feed_counter TO tramite_system;

CREATE TABLE tasks (
    institution_id uuid NOT NULL REFERENCES institutions (institution_id),
    id uuid NOT NULL,
    work jsonb NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    last_error text,
    PRIMARY KEY (institution_id, id)
);
CREATE INDEX tasks_due ON tasks (due_at);
SELECT tramite_guard('tasks');
SELECT tramite_open_to_system('tasks', 'SELECT', 'INSERT', 'UPDATE', 'DELETE');
GRANT SELECT, INSERT ON tasks TO tramite_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO tramite_system;

SELECT tramite_make_partitions(3);
