-- When customers were reminded of invoices.
WITH kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'reminder', concat_ws(':', m.document_id, m.reminded_on), to_jsonb(m)
    FROM pg_temp.resolved_reminder r
    JOIN ar.reminder m ON m.org_id = %(org)s AND m.document_id = r.document_id AND m.reminded_on = r.reminded_on
    WHERE r.action = 'changed'
)
INSERT INTO ar.reminder AS m (org_id, document_id, reminded_on, customer_id, level, method, external_id, source_version, run_id)
SELECT %(org)s, document_id, reminded_on, customer_id, level, method, external_id, source_version, %(run)s
FROM pg_temp.resolved_reminder WHERE action IN ('new', 'changed')
ORDER BY customer_id, document_id, reminded_on
ON CONFLICT (org_id, document_id, reminded_on) DO UPDATE SET level = excluded.level, method = excluded.method,
    external_id = excluded.external_id, source_version = excluded.source_version, run_id = excluded.run_id
