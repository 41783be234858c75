-- What the lines say is settled, without naming a payment. A later statement takes the place of
-- those it contradicts; the same amount with another stated day moves the day.
WITH last AS (
    SELECT DISTINCT ON (s.document_id) s.document_id, s.settled_amount, s.stated_on
    FROM pg_temp.resolved_document r
    JOIN ar.settlement s ON s.org_id = %(org)s AND s.document_id = r.document_id
    WHERE r.action = 'changed'
    ORDER BY s.document_id, s.stated_on DESC
), told AS (
    SELECT d.id, d.customer_id, r.settled_amount, GREATEST(COALESCE(r.settled_on, %(as_at)s), d.issue_date) AS stated_on,
           r.settled_on IS NOT NULL AS dated, last.settled_amount AS last_amount, last.stated_on AS last_on
    FROM pg_temp.resolved_document r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = r.kind AND d.number = r.number AND d.settles_id IS NULL
    LEFT JOIN last ON last.document_id = d.id
    WHERE r.action IN ('new', 'changed') AND r.settled_amount IS NOT NULL
      AND (r.settled_amount > 0 OR last.settled_amount > 0)
), news AS (
    SELECT * FROM told
    WHERE settled_amount IS DISTINCT FROM last_amount OR dated AND settled_amount > 0 AND stated_on <> last_on
), kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'settlement', concat_ws(':', s.document_id, s.stated_on), to_jsonb(s)
    FROM news n JOIN ar.settlement s ON s.org_id = %(org)s AND s.document_id = n.id
    WHERE s.stated_on = n.stated_on OR s.stated_on > n.stated_on OR s.stated_on = n.last_on AND n.settled_amount = n.last_amount
    ON CONFLICT DO NOTHING
), gone AS (
    DELETE FROM ar.settlement s USING news n
    WHERE s.org_id = %(org)s AND s.document_id = n.id AND s.stated_on <> n.stated_on
      AND (s.stated_on > n.stated_on OR s.stated_on = n.last_on AND n.settled_amount = n.last_amount)
)
INSERT INTO ar.settlement AS s (org_id, document_id, stated_on, customer_id, settled_amount, run_id)
SELECT %(org)s, id, stated_on, customer_id, settled_amount, %(run)s FROM news
ON CONFLICT (org_id, document_id, stated_on)
DO UPDATE SET settled_amount = excluded.settled_amount, run_id = excluded.run_id
