-- Receipts that bounced: void from the day the money went back.
UPDATE ar.document d SET state = 'void', void_on = r.issue_date, reason = COALESCE(d.reason, 'returned'),
    run_id = %(run)s, recorded_at = now()
FROM pg_temp.resolved_document r
WHERE r.action = 'void' AND d.org_id = %(org)s AND d.id = r.document_id
