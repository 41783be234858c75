-- The accounts before and after a row of the list, which need not be one of those that are meant itself: one row.
SELECT s.above, s.below FROM (
    SELECT a.customer_id, a.currency, lag(a.customer_id) OVER list AS above, lead(a.customer_id) OVER list AS below
    FROM ar.customer_aging a
    [joined]
    WHERE a.org_id = %(org)s AND a.day = %(as_of)s AND a.is_listed
      AND ((a.customer_id = %(customer)s AND a.currency = %(own)s) OR ([asked]))
    WINDOW list AS (ORDER BY [order])
) AS s
WHERE s.customer_id = %(customer)s AND s.currency = %(own)s
