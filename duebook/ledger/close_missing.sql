-- Reported as settled on the day of the snapshot that does not name them any more. The same said earlier moves to
-- that day, as in post_settlements: what it had stood for did not last.
WITH last AS (
    SELECT DISTINCT ON (s.document_id) s.document_id, s.stated_on, s.settled_amount, m.amount
    FROM pg_temp.missing m
    JOIN ar.settlement s ON s.org_id = %(org)s AND s.document_id = m.document_id
    ORDER BY s.document_id, s.stated_on DESC
), replaced AS (
    SELECT document_id, stated_on FROM last WHERE stated_on = %(as_at)s OR settled_amount = amount
), kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'settlement', concat_ws(':', s.document_id, s.stated_on), to_jsonb(s)
    FROM replaced r
    JOIN ar.settlement s ON s.org_id = %(org)s AND s.document_id = r.document_id AND s.stated_on = r.stated_on
    WHERE s.run_id IS DISTINCT FROM %(run)s
    ON CONFLICT DO NOTHING
), gone AS (
    DELETE FROM ar.settlement s USING replaced r
    WHERE s.org_id = %(org)s AND s.document_id = r.document_id AND s.stated_on = r.stated_on AND s.stated_on <> %(as_at)s
)
INSERT INTO ar.settlement AS s (org_id, document_id, stated_on, customer_id, settled_amount, run_id)
SELECT %(org)s, document_id, %(as_at)s, customer_id, amount, %(run)s FROM pg_temp.missing ORDER BY customer_id, document_id
ON CONFLICT (org_id, document_id, stated_on) DO UPDATE SET settled_amount = excluded.settled_amount, run_id = excluded.run_id
