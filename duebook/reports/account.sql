-- One row: an account as its page's head names it.
SELECT c.id, c.account_number, c.name, c.account_type, c.active, c.contact_name, c.contact_email, c.parent_number,
       COALESCE(c.net_terms_days, o.net_terms_days) AS net_terms_days, p.name AS owner_name,
       ARRAY(SELECT COALESCE(t.name, h.name) FROM ar.customer_access a
             LEFT JOIN ar.team t ON t.org_id = %(org)s AND t.id = a.principal_id
             LEFT JOIN ar.person h ON h.org_id = %(org)s AND h.id = a.principal_id
             WHERE a.org_id = %(org)s AND a.customer_id = c.id AND a.reason IN ('share', 'team share')
               AND COALESCE(t.name, h.name) IS NOT NULL
             ORDER BY 1) AS shared_with
FROM ar.customer c
JOIN ar.org o ON o.org_id = c.org_id
LEFT JOIN ar.customer_internal n ON n.org_id = %(org)s AND n.customer_id = c.id
LEFT JOIN ar.person p ON p.org_id = %(org)s AND p.id = n.owner_id
WHERE c.org_id = %(org)s AND c.id = %(customer)s
