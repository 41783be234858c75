-- One row per customer: a digest of everything that is derived about it.
WITH derived AS (
    SELECT customer_id, 'd' || id || ' ' || open_amount || ' ' || closed_on || ' ' || first_allocated_on || ' ' || last_changed_on
           || CASE WHEN origin <> 'stated' THEN concat_ws(' ', '', kind, amount, issue_date, state, void_on) ELSE '' END AS fact
    FROM ar.document WHERE org_id = %(org)s
    UNION ALL
    SELECT customer_id, 'a' || source_id || ' ' || charge_id || ' ' || amount || ' ' || effective_on || ' ' || ended_on
    FROM ar.allocation WHERE org_id = %(org)s
    UNION ALL
    SELECT customer_id, 'p' || id || ' ' || ended_on FROM ar.dispute WHERE org_id = %(org)s
    UNION ALL
    SELECT customer_id, 'r' || k::text FROM ar.customer_aging k WHERE org_id = %(org)s
    UNION ALL
    SELECT customer_id, 'm' || k::text FROM ar.customer_month k WHERE org_id = %(org)s
)
SELECT c.id, md5(string_agg(d.fact, ',' ORDER BY d.fact))
FROM ar.customer c LEFT JOIN derived d ON d.customer_id = c.id
WHERE c.org_id = %(org)s GROUP BY c.id
