-- What was sent to a client's accounts and what is kept for them, counted as of a day: one row.
SELECT s.on_the_way, s.late, s.delivered, s.last_on, k.items, k.counted_on
FROM (
    SELECT count(*) FILTER (WHERE NOT arrived) AS on_the_way, count(*) FILTER (WHERE NOT arrived AND expected_on < %(as_of)s::date) AS late,
           count(*) FILTER (WHERE arrived) AS delivered, max(delivered_on) FILTER (WHERE arrived) AS last_on
    FROM (
        SELECT expected_on, delivered_on, COALESCE(delivered_on <= %(as_of)s::date, false) AS arrived FROM ar.shipment
        WHERE org_id = %(org)s AND customer_id = ANY (%(customers)s::bigint[]) AND state <> 'cancelled' AND shipped_on <= %(as_of)s::date
    ) AS s
) AS s
CROSS JOIN (
    SELECT count(*) AS items, max(counted_on) AS counted_on FROM (
        SELECT DISTINCT ON (customer_id, item) quantity, counted_on FROM ar.stock
        WHERE org_id = %(org)s AND customer_id = ANY (%(customers)s::bigint[]) AND counted_on <= %(as_of)s::date
        ORDER BY customer_id, item, counted_on DESC
    ) AS k
    WHERE quantity <> 0
) AS k
