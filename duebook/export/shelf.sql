-- One row per file that the viewer has ordered, the newest first; with `export`, that one.
-- changed: somebody whose rows are in it may not be seen any more. What is not done in time will not be.
SELECT e.id, e.report, e.asked, e.file_name, e.content_type, e.row_count, octet_length(e.content) AS size, e.ordered_at,
       CASE WHEN e.trouble <> '' THEN 'failed'
            WHEN e.done_at IS NOT NULL THEN
                CASE WHEN cardinality(e.customers) > (SELECT count(*) FROM ar.customer c
                                                      WHERE c.org_id = e.org_id AND c.id = ANY (e.customers))
                     THEN 'changed' ELSE 'ready' END
            WHEN e.ordered_at < %(at)s::timestamptz - %(patience)s::interval THEN 'failed'
            WHEN e.started_at IS NOT NULL THEN 'making' ELSE 'waiting' END AS state,
       e.trouble
FROM ar.export e
WHERE e.org_id = %(org)s AND e.kind = %(kind)s AND (%(export)s::bigint IS NULL OR e.id = %(export)s)
ORDER BY e.ordered_at DESC, e.id DESC
