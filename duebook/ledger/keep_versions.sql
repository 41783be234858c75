-- What a document said before this run: kept, so that what a report once showed stays explainable.
INSERT INTO ar.document_version (org_id, document_id, version, customer_id, facts, recorded_at, run_id, superseded_by)
SELECT %(org)s, d.id,
       1 + (SELECT count(*) FROM ar.document_version v WHERE v.org_id = %(org)s AND v.document_id = d.id),
       d.customer_id, to_jsonb(d), d.recorded_at, d.run_id, %(run)s
FROM ar.document d
WHERE d.org_id = %(org)s AND d.id = ANY (%(documents)s)
