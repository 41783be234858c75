-- The sender's last run of today that says nothing new takes a call of the same sort in, if the call rests on
-- nothing that came after it.
WITH quiet AS (
    SELECT u.id FROM ar.ingest_run u
    WHERE u.org_id = %(org)s AND u.person_id = %(person)s AND u.kind = %(kind)s AND u.quiet_calls IS NOT NULL
    ORDER BY u.id DESC LIMIT 1
)
UPDATE ar.ingest_run u SET
    quiet_calls = u.quiet_calls + 1, called_at = now(), seconds = u.seconds + %(seconds)s::numeric,
    counts = (SELECT jsonb_object_agg(action, amount)
              FROM (SELECT action, sum(value::bigint) AS amount
                    FROM (SELECT * FROM jsonb_each_text(u.counts) UNION ALL SELECT * FROM jsonb_each_text(%(counts)s::jsonb)) AS one (action, value)
                    GROUP BY action) AS each),
    rests_on = ARRAY(SELECT DISTINCT run FROM unnest(u.rests_on || %(rests_on)s::bigint[]) AS run ORDER BY run)
FROM quiet q
WHERE u.org_id = %(org)s AND u.id = q.id AND u.undone_at IS NULL AND u.started_at >= date_trunc('day', now())
  AND u.id > ALL (%(rests_on)s::bigint[])
RETURNING u.id
