-- What the accounts just named owe today, before anything of theirs changes: one row per account and currency.
INSERT INTO pg_temp.owed_before
SELECT d.customer_id, d.currency, sum(CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END)
FROM pg_temp.concerned c
JOIN ar.document d ON d.org_id = %(org)s AND d.customer_id = c.customer_id
WHERE c.is_fresh AND d.class <> 'order' AND d.issue_date <= %(today)s AND (d.state = 'sent' OR d.void_on > %(today)s)
GROUP BY d.customer_id, d.currency
