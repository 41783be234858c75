-- One row per customer that matches the filter.
SELECT c.id, c.account_number, c.name, c.sort_name, i.owner_id
FROM ar.customer c
LEFT JOIN ar.customer_internal i ON i.org_id = %(org)s AND i.customer_id = c.id
WHERE c.org_id = %(org)s
  AND (%(search)s = '' OR c.search_text LIKE %(search)s)
  AND (%(owner)s::bigint IS NULL OR i.owner_id = %(owner)s)
  AND (NOT %(unowned)s OR i.owner_id IS NULL)
  AND (%(shared)s::bigint IS NULL OR EXISTS (
      SELECT FROM ar.customer_access a
      WHERE a.org_id = %(org)s AND a.principal_id = %(shared)s AND a.customer_id = c.id AND a.reason <> 'owner'))
