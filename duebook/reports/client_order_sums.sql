-- How many orders of a client are open and closed on a day. It is all in the index document_order.
SELECT CASE WHEN d.closed_date <= %(as_of)s::date THEN 'closed' ELSE 'open' END AS state, count(*) AS orders
FROM ar.document d
WHERE d.org_id = %(org)s AND d.class = 'order' AND d.state = 'sent' AND d.issue_date <= %(as_of)s::date
  AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
GROUP BY 1
