-- Per currency: what was paid from a day on, as far as it still counts on another. Receipts alone, those that sources
-- only report included; credits are no payments.
SELECT d.currency, sum(d.amount) * y.unit AS amount, count(*) AS payments, max(d.issue_date) AS last_on
FROM ar.document d JOIN ar.currency y ON y.code = d.currency
WHERE d.org_id = %(org)s AND d.class = 'receipt' AND d.issue_date BETWEEN %(since)s::date AND %(as_of)s::date
  AND (d.state = 'sent' OR d.void_on > %(as_of)s::date)
  AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
GROUP BY d.currency, y.unit ORDER BY d.currency
