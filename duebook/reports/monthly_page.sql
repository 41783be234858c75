-- One row per account and currency of a page, in its order. Which rows, and in which order, monthly_page.py fills in.
WITH picked AS MATERIALIZED (
    SELECT p.*, row_number() OVER () AS place
    FROM (
        SELECT a.customer_id, a.currency
        FROM ar.customer_month a
        [joined]
        WHERE {monthly_asked}
          AND ([after])
        ORDER BY [order]
        LIMIT %(limit)s
    ) AS p
)
SELECT {monthly_columns}
FROM picked p
JOIN ar.customer_month a ON a.org_id = %(org)s AND a.month = %(month)s AND a.customer_id = p.customer_id AND a.currency = p.currency
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = a.customer_id
JOIN ar.currency y ON y.code = a.currency
ORDER BY p.place
