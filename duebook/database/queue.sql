-- What the queue of procrastinate is beside its own tables: closed to everybody, fixed, silent. Re-applied on each migrate.
-- Its functions run as whoever calls them, from connections and functions that have a search_path of their own.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'queue'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = queue, pg_catalog, pg_temp', made.name);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', made.name);
    END LOOP;
    FOR made IN SELECT t.oid::regtype AS name FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
                WHERE t.typnamespace = 'queue'::regnamespace AND t.typelem = 0 AND COALESCE(c.relkind, 'c') = 'c' LOOP
        EXECUTE format('REVOKE ALL ON TYPE %s FROM PUBLIC', made.name);
    END LOOP;
END $$;

-- Every login of the cluster may listen on a channel and speak on it: it would hear of everybody's work, and
-- could have a running job ended. So nothing is said there; the worker looks for itself.
DROP TRIGGER IF EXISTS procrastinate_jobs_notify_queue_job_inserted_v1 ON queue.procrastinate_jobs;
DROP TRIGGER IF EXISTS procrastinate_jobs_notify_queue_job_aborted_v1 ON queue.procrastinate_jobs;

-- The only way in for the guard's functions, into one of two lines: letters do not wait behind long work. Of jobs
-- with the same `once` no second one waits.
CREATE OR REPLACE FUNCTION queue.defer(task text, args jsonb, once text, line text) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = queue, pg_catalog, pg_temp AS $$
    INSERT INTO queue.procrastinate_jobs (queue_name, task_name, queueing_lock, args)
    VALUES (line, task, once, args)
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING RETURNING id
$$;
REVOKE ALL ON FUNCTION queue.defer(text, jsonb, text, text) FROM PUBLIC;
