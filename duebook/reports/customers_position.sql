-- Where a row stands among those that are meant: one row. How many come before it, how many there are, and whether it is
-- one of them.
SELECT count(*) FILTER (WHERE [before]), count(*), COALESCE(bool_or(a.customer_id = %(customer)s AND a.currency = %(own)s), false)
FROM ar.customer_aging a
[joined]
WHERE [asked]
  AND a.day = %(as_of)s
