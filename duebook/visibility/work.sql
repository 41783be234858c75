-- What goes on in the background: jobs, letters, connectors and mailed views whose time has come, how fresh the facts
-- are, what has served its time. Re-applied on each migrate, after guard.sql.

-- Orders background work. Who orders it is read from the proved viewer, not from the caller.
CREATE OR REPLACE FUNCTION guard.enqueue(task text, args jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
    ordered bigint;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer();
    IF viewer.org_id IS NULL
       OR guard.kind_of(viewer.org_id, viewer.person_id) IS DISTINCT FROM viewer.kind THEN
        RAISE insufficient_privilege USING MESSAGE = 'a job needs a viewer';
    END IF;
    INSERT INTO ar.job (org_id, person_id, kind, task, args)
    VALUES (viewer.org_id, viewer.person_id, viewer.kind, task, args) RETURNING id INTO ordered;
    -- The queue learns the job's id alone.
    PERFORM queue.defer('run', jsonb_build_object('job', ordered), NULL, 'work');
    RETURN ordered;
END $$;

-- A letter at the door is to be delivered. It needs no viewer: nothing of an organisation is looked at.
CREATE OR REPLACE FUNCTION guard.enqueue_letter(letter bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT queue.defer('deliver', jsonb_build_object('letter', letter), 'letter ' || letter, 'letters')
$$;

-- Whom the worker runs a job as: the person who ordered it, if still of that kind.
CREATE OR REPLACE FUNCTION guard.job_viewer(job bigint)
RETURNS TABLE (org_id bigint, person_id bigint, kind text, task text, args jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT j.org_id, j.person_id, j.kind, j.task, j.args FROM ar.job j
    WHERE j.id = job AND guard.kind_of(j.org_id, j.person_id) = j.kind
$$;

-- Has every connector asked whose time has come, as the service that it is; how many those are. Until a
-- poll says otherwise, the next one is due after the connector's own time.
CREATE OR REPLACE FUNCTION guard.order_polls() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due     record;
    ordered bigint;
    polls   bigint := 0;
BEGIN
    FOR due IN SELECT c.org_id, c.id, c.person_id FROM ar.connector c
               WHERE c.active AND c.next_at <= now() AND guard.kind_of(c.org_id, c.person_id) = 'service'
               ORDER BY c.next_at LIMIT 100 FOR UPDATE OF c SKIP LOCKED LOOP
        UPDATE ar.connector c SET next_at = now() + make_interval(mins => c.every_minutes::int)
        WHERE c.org_id = due.org_id AND c.id = due.id;
        INSERT INTO ar.job (org_id, person_id, kind, task, args)
        VALUES (due.org_id, due.person_id, 'service', 'poll', jsonb_build_object('connector', due.id))
        RETURNING id INTO ordered;
        PERFORM queue.defer('run', jsonb_build_object('job', ordered), 'poll ' || due.org_id || ' ' || due.id, 'polls');
        polls := polls + 1;
    END LOOP;
    RETURN polls;
END $$;

-- The first time after `since` that a day of the month has that time on clocks of a zone; day 31 is the last one.
CREATE OR REPLACE FUNCTION guard.monthly_time(zone text, month_day bigint, at_time time, since timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(found.at) FROM (
        SELECT (least(m.first + make_interval(days => month_day::int - 1), m.first + interval '1 month' - interval '1 day')
                + at_time) AT TIME ZONE zone AS at
        FROM (SELECT date_trunc('month', since AT TIME ZONE zone) + make_interval(months => n) AS first
              FROM generate_series(0, 2) AS n) AS m) AS found
    WHERE found.at > since
$$;

-- Orders a mailed view for each recipient who works there, as that recipient; how many those are. A view that is gone, or
-- not shared any more with whom mails it, is mailed to nobody.
CREATE OR REPLACE FUNCTION guard.mail_out(org bigint, wanted bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reader  record;
    ordered bigint;
    mailed  bigint := 0;
BEGIN
    UPDATE ar.mailing m SET last_at = now() WHERE m.org_id = org AND m.id = wanted;
    FOR reader IN
        SELECT s.person_id, guard.kind_of(org, s.person_id) AS kind,
               jsonb_build_object('name', v.name, 'query', v.query, 'language', m.language, 'once',
                                  format('mailing %s %s %s %s', org, wanted, s.person_id, gen_random_uuid())) AS args
        FROM ar.mailing m
        JOIN ar.saved_view v ON v.org_id = m.org_id AND v.id = m.view_id AND v.page = 'monthly'
        JOIN ar.membership s ON s.org_id = m.org_id AND s.person_id = ANY (m.recipients) AND s.role IN ('admin', 'member')
        WHERE m.org_id = org AND m.id = wanted AND (v.person_id = m.person_id OR EXISTS (
            SELECT FROM ar.shared_view h WHERE h.org_id = v.org_id AND h.id = v.id))
        ORDER BY s.person_id LOOP
        CONTINUE WHEN reader.kind IS NULL;
        INSERT INTO ar.job (org_id, person_id, kind, task, args)
        VALUES (org, reader.person_id, reader.kind, 'mail', reader.args) RETURNING id INTO ordered;
        PERFORM queue.defer('run', jsonb_build_object('job', ordered), NULL, 'work');
        mailed := mailed + 1;
    END LOOP;
    RETURN mailed;
END $$;

-- Orders every mailed view whose time has come; for how many readers. Days that went by meanwhile are made up by one.
CREATE OR REPLACE FUNCTION guard.order_mailings() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due    record;
    mailed bigint := 0;
BEGIN
    FOR due IN SELECT m.org_id, m.id, m.month_day, m.at_time, o.timezone FROM ar.mailing m
               JOIN ar.org o ON o.org_id = m.org_id
               WHERE NOT m.paused AND m.next_at <= now() AND NOT o.suspended
               ORDER BY m.next_at LIMIT 100 FOR UPDATE OF m SKIP LOCKED LOOP
        UPDATE ar.mailing m SET next_at = guard.monthly_time(due.timezone, due.month_day, due.at_time, now())
        WHERE m.org_id = due.org_id AND m.id = due.id;
        mailed := mailed + guard.mail_out(due.org_id, due.id);
    END LOOP;
    RETURN mailed;
END $$;

-- The same at once for a mailed view that the viewer has set up, or an admin anybody's; for how many readers.
CREATE OR REPLACE FUNCTION guard.send_mailing(wanted bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer() v WHERE guard.kind_of(v.org_id, v.person_id) = v.kind;
    IF viewer.kind IS NULL OR viewer.kind NOT IN ('admin', 'member', 'member_all') OR NOT EXISTS (
            SELECT FROM ar.mailing m WHERE m.org_id = viewer.org_id AND m.id = wanted
            AND (viewer.kind = 'admin' OR m.person_id = viewer.person_id)) THEN
        RETURN 0;
    END IF;
    RETURN guard.mail_out(viewer.org_id, wanted);
END $$;

-- How fresh the facts of the viewer's organisation are: of each connector, and of what came last by files
-- and pushes (no name). Clients and services see one line, which names nothing.
CREATE OR REPLACE FUNCTION guard.freshness(at timestamptz)
RETURNS TABLE (name text, as_of timestamptz, state text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    viewer record;
    sent   timestamptz;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer();
    IF viewer.org_id IS NULL OR (viewer.looks_at IS NULL
       AND guard.kind_of(viewer.org_id, viewer.person_id) IS DISTINCT FROM viewer.kind) THEN
        RETURN;
    END IF;
    SELECT r.started_at INTO sent FROM ar.ingest_run r
    WHERE r.org_id = viewer.org_id AND r.source <> 'connector' AND r.undone_at IS NULL ORDER BY r.id DESC LIMIT 1;
    sent := GREATEST(sent, (SELECT max(r.called_at) FROM ar.ingest_run r
                            WHERE r.org_id = viewer.org_id AND r.quiet_calls IS NOT NULL));
    RETURN QUERY
        WITH asked AS (
            SELECT c.name, c.data_as_of AS as_of,
                   CASE WHEN c.failures > 0 THEN 'failing'
                        -- Two polls were missed: nobody asks it.
                        WHEN COALESCE(c.succeeded_at, c.next_at) < at - make_interval(mins => 2 * c.every_minutes::int + 5)
                            THEN 'overdue'
                        ELSE 'fine' END AS state
            FROM ar.connector c WHERE c.org_id = viewer.org_id AND c.active
        ), known AS (
            SELECT a.name, a.as_of, a.state FROM asked a
            UNION ALL SELECT NULL, sent, 'fine' WHERE sent IS NOT NULL
        )
        SELECT k.name, k.as_of, k.state FROM known k WHERE viewer.kind IN ('admin', 'member', 'member_all')
        UNION ALL
        SELECT NULL, COALESCE((SELECT min(a.as_of) FROM asked a), sent), COALESCE((SELECT min(a.state) FROM asked a
               WHERE a.state <> 'fine' AND viewer.kind <> 'client'), 'fine')
        WHERE viewer.kind NOT IN ('admin', 'member', 'member_all') AND (sent IS NOT NULL OR EXISTS (SELECT FROM asked))
        ORDER BY 1 NULLS LAST;
END $$;

-- What has served its time, whoever it belongs to: exports and answers of the push API after a week, ordered work after
-- a month, as what waits for a person; files that brought facts when the organisation's days are over. Runs then know
-- of none.
CREATE OR REPLACE FUNCTION guard.tidy(OUT exports bigint, OUT jobs bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH exports AS (DELETE FROM ar.export e WHERE e.ordered_at < now() - interval '7 days' RETURNING 1),
         jobs AS (DELETE FROM ar.job j WHERE j.ordered_at < now() - interval '30 days' RETURNING 1),
         calls AS (DELETE FROM ar.sync_call c WHERE c.answered_at < now() - interval '7 days'),
         given_up AS (DELETE FROM ar.intake i WHERE i.changed_at < now() - interval '30 days'
                      AND (i.file_id IS NULL OR i.state <> ALL ('{done,refused,cancelled}'))),
         files AS (DELETE FROM ar.source_file f USING ar.org o
                   WHERE o.org_id = f.org_id AND f.came_at <= now() - o.file_days * interval '1 day'
                   AND NOT EXISTS (SELECT FROM ar.intake i WHERE i.org_id = f.org_id AND i.file_id = f.id
                                   AND i.state <> ALL ('{done,refused,cancelled}')))
    SELECT (SELECT count(*) FROM exports), (SELECT count(*) FROM jobs)
$$;
