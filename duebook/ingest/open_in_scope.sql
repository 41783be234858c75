-- How many documents a snapshot speaks for: open, of the same kind of file, issued until its day.
SELECT count(*) FROM ar.document d
WHERE d.org_id = %(org)s AND d.intake = %(intake)s AND d.origin = 'stated' AND d.state = 'sent' AND d.class IN ('charge', 'credit')
  AND d.open_amount > 0 AND d.issue_date <= %(as_at)s
