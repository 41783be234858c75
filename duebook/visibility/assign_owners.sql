-- One row per customer whose owner changed, with the owner before. 0 in `owners` is no owner.
WITH wanted AS (
    SELECT id, NULLIF(owner, 0) AS owner
    FROM unnest(%(customers)s::bigint[], %(owners)s::bigint[]) AS w (id, owner)
), chosen AS MATERIALIZED (
    SELECT c.id, w.owner, i.owner_id AS before
    FROM wanted w
    JOIN ar.customer c ON c.org_id = %(org)s AND c.id = w.id
    LEFT JOIN ar.customer_internal i ON i.org_id = c.org_id AND i.customer_id = c.id
    WHERE i.owner_id IS DISTINCT FROM w.owner
      AND (NOT %(only_if)s OR i.owner_id IS NOT DISTINCT FROM %(only_of)s::bigint)
), assigned AS (
    INSERT INTO ar.customer_internal (org_id, customer_id, owner_id)
    SELECT %(org)s, id, owner FROM chosen ORDER BY id
    ON CONFLICT (org_id, customer_id) DO UPDATE SET owner_id = excluded.owner_id
), released AS (
    DELETE FROM ar.customer_access a USING chosen
    WHERE a.org_id = %(org)s AND a.customer_id = chosen.id AND a.reason = 'owner'
      AND a.principal_id IS DISTINCT FROM chosen.owner
), owned AS (
    INSERT INTO ar.customer_access (org_id, principal_id, customer_id, reason)
    SELECT %(org)s, owner, id, 'owner' FROM chosen WHERE owner IS NOT NULL ORDER BY id
    ON CONFLICT DO NOTHING
)
SELECT id, before FROM chosen ORDER BY id
