-- What the row of one account and currency is sorted by.
SELECT [keys]
FROM ar.customer_aging a
[joined]
WHERE a.org_id = %(org)s AND a.day = %(as_of)s AND a.customer_id = %(customer)s AND a.currency = %(currency)s AND a.is_listed
