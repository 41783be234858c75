-- The currencies of the rows that the viewer sees.
SELECT DISTINCT a.currency FROM ar.customer_aging a
WHERE a.org_id = %(org)s AND a.day = %(as_of)s AND a.is_listed
ORDER BY a.currency
