-- Applications of credits that a file of adjustments named before: the line that changed names them anew.
DELETE FROM ar.allocation a
USING pg_temp.resolved_document r, ar.ingest_run u
WHERE r.action = 'changed' AND r.class = 'credit' AND 'invoice_number' = ANY (%(fields)s)
  AND a.org_id = %(org)s AND a.source_id = r.document_id AND a.origin = 'stated'
  AND u.org_id = %(org)s AND u.id = a.run_id AND u.kind = 'adjustments'
