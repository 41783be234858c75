-- Every link of the orders that are linked without an amount somewhere, invoices and then orders by date: in this order what
-- is left of an invoice is given away. Of each: the order's amount, the link's, what the invoice's links leave of it, and
-- since when and until when the invoice counts.
WITH link AS MATERIALIZED (
    {order_links}
), stated AS (
    SELECT invoice_id, sum(amount) AS amount FROM link GROUP BY invoice_id
)
SELECT l.order_id, o.amount, l.amount, GREATEST(0, i.amount - COALESCE(s.amount, 0))::bigint, i.id, i.issue_date,
       COALESCE(i.void_on, '9999-12-31')
FROM link l
JOIN ar.document o ON o.org_id = %(org)s AND o.id = l.order_id AND o.state = 'sent' AND o.issue_date <= %(until)s::date
JOIN ar.document i ON i.org_id = %(org)s AND i.id = l.invoice_id AND i.issue_date <= %(until)s::date
     AND (i.state = 'sent' OR i.void_on IS NOT NULL)
JOIN stated s ON s.invoice_id = l.invoice_id
WHERE l.order_id IN (SELECT order_id FROM link WHERE amount IS NULL)
ORDER BY i.issue_date, i.number, i.id, o.issue_date, o.number, o.id
