-- What is kept for a client's accounts, by item, after a place in that order: what was counted last, up to a day.
SELECT k.customer_id, c.name AS account_name, k.item, k.description, k.quantity, k.unit, k.counted_on
FROM (
    SELECT DISTINCT ON (item, customer_id) * FROM ar.stock
    WHERE org_id = %(org)s AND customer_id = ANY (%(customers)s::bigint[]) AND counted_on <= %(as_of)s::date
      AND (%(after)s::text IS NULL OR (item, customer_id) > (%(after)s::text COLLATE "C", %(after_id)s::bigint))
    ORDER BY item, customer_id, counted_on DESC
) AS k
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = k.customer_id
WHERE k.quantity <> 0 ORDER BY k.item, k.customer_id LIMIT %(size)s
