-- One row per account and currency of a page of the list, in its order. Figures are of the day; names, types,
-- status, invitations and owners are of now. Which rows, and in which order, customers.py fills in.
WITH picked AS MATERIALIZED (
    SELECT p.*, row_number() OVER () AS place
    FROM (
        SELECT [picked]
        FROM ar.customer_aging a
        [joined]
        WHERE [asked]
          AND a.day = %(as_of)s
          AND [stretch]
          AND ([after])
        ORDER BY [order]
        LIMIT %(limit)s
    ) AS p
), invited AS (
    SELECT * FROM guard.invited((SELECT array_agg(DISTINCT customer_id) FROM picked), %(at)s)
)
SELECT {customers_columns}
FROM [rows] a
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = a.customer_id
JOIN ar.currency y ON y.code = a.currency
LEFT JOIN ar.customer_internal n ON n.org_id = %(org)s AND n.customer_id = a.customer_id
LEFT JOIN ar.person p ON p.org_id = %(org)s AND p.id = n.owner_id
LEFT JOIN invited i ON i.customer_id = a.customer_id
ORDER BY a.place
