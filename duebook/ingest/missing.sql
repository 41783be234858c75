-- What a snapshot does not name although it is open: of the documents that came by files of its kind, issued until
-- its day and not stated anew later. Credit notes came by the same files, so it speaks for them too.
INSERT INTO pg_temp.missing (document_id, customer_id, currency, amount, open_amount)
SELECT d.id, d.customer_id, d.currency, d.amount, CASE d.class WHEN 'charge' THEN d.open_amount ELSE -d.open_amount END
FROM ar.document d
LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = d.run_id
WHERE d.org_id = %(org)s AND d.intake = %(intake)s AND d.origin = 'stated' AND d.state = 'sent' AND d.class IN ('charge', 'credit')
  AND d.open_amount > 0 AND d.issue_date <= %(as_at)s AND COALESCE(u.as_at <= %(as_at)s, true)
  AND NOT EXISTS (SELECT FROM pg_temp.listed l WHERE l.number = d.number AND (l.kind IS NULL OR l.kind = d.kind))
  AND NOT EXISTS (SELECT FROM pg_temp.listed l WHERE l.external_id = d.external_id)
  AND NOT EXISTS (SELECT FROM ar.settlement s WHERE s.org_id = %(org)s AND s.document_id = d.id
                  AND (s.stated_on > %(as_at)s OR s.stated_on = %(as_at)s AND s.settled_amount >= d.amount))
