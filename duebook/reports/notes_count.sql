-- How many notes an account has.
SELECT count(*) FROM ar.note n
CROSS JOIN LATERAL (
    SELECT t.body FROM ar.note_text t WHERE t.org_id = %(org)s AND t.note_id = n.id ORDER BY t.version DESC LIMIT 1) AS t
WHERE n.org_id = %(org)s AND n.customer_id = %(customer)s AND t.body IS NOT NULL
