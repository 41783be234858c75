-- The currencies an account has documents in, and its own.
SELECT currency FROM (
    SELECT d.currency FROM ar.document d WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.class <> 'order'
    UNION
    SELECT COALESCE(c.currency, o.currency) FROM ar.customer c JOIN ar.org o ON o.org_id = c.org_id
    WHERE c.org_id = %(org)s AND c.id = %(customer)s
) AS c ORDER BY 1
