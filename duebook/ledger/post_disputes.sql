-- Dispute flags: from the issue date when the document is new, from the run's date when it changes.
WITH flagged AS (
    SELECT d.id, d.customer_id, r.disputed, r.dispute_reason, p.id AS dispute_id,
           CASE WHEN r.action = 'new' THEN d.issue_date ELSE GREATEST(%(as_at)s, d.issue_date) END AS since
    FROM pg_temp.resolved_document r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = r.kind AND d.number = r.number AND d.settles_id IS NULL
    LEFT JOIN ar.dispute p ON p.org_id = %(org)s AND p.document_id = d.id AND p.origin = 'source' AND p.resolved_on IS NULL
    WHERE r.action IN ('new', 'changed') AND r.disputed IS NOT NULL AND d.class = 'charge'
), kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'dispute', p.id::text, to_jsonb(p)
    FROM flagged f JOIN ar.dispute p ON p.org_id = %(org)s AND p.id = f.dispute_id WHERE NOT f.disputed
), resolved AS (
    UPDATE ar.dispute p SET resolved_on = GREATEST(%(as_at)s, p.opened_on), ended_on = LEAST(p.ended_on, GREATEST(%(as_at)s, p.opened_on)), run_id = %(run)s
    FROM flagged f WHERE p.org_id = %(org)s AND p.id = f.dispute_id AND NOT f.disputed
)
INSERT INTO ar.dispute (org_id, customer_id, document_id, opened_on, reason, run_id)
SELECT %(org)s, customer_id, id, since, COALESCE(dispute_reason, ''), %(run)s
FROM flagged WHERE disputed AND dispute_id IS NULL
