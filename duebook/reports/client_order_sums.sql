-- How many orders of a client there are on a day, open or not. It is all in the index document_order.
SELECT count(*) FROM ar.document d
WHERE d.org_id = %(org)s AND d.class = 'order' AND d.state = 'sent' AND d.issue_date <= (%(days)s::date[])[1]
  AND d.customer_id = ANY (%(customers)s::bigint[])
