-- Which invoices came from which orders: by order links, or by the order number an invoice names; of some accounts, or of
-- all. The amount is empty where the source states none. Only within one account and currency.
SELECT l.order_id, l.invoice_id, l.amount FROM ar.order_link l
WHERE l.org_id = %(org)s AND (%(customers)s::bigint[] IS NULL OR l.customer_id = ANY (%(customers)s::bigint[]))
UNION ALL
SELECT o.id, i.id, NULL::bigint
FROM ar.document i
JOIN ar.document o ON o.org_id = %(org)s AND o.class = 'order' AND o.number = i.order_number
     AND o.customer_id = i.customer_id AND o.currency = i.currency
WHERE i.org_id = %(org)s AND i.order_number IS NOT NULL AND i.ages
  AND (%(customers)s::bigint[] IS NULL OR i.customer_id = ANY (%(customers)s::bigint[]))
  AND NOT EXISTS (SELECT FROM ar.order_link l WHERE l.org_id = %(org)s AND l.order_id = o.id AND l.invoice_id = i.id)
