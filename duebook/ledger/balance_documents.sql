-- What is derived on each document: open_amount, closed_on, first_allocated_on, last_changed_on.
-- A document is simple when nothing of it ever ends: its balance falls to zero once, if at all.
-- The others (voids, ended or refitted allocations) are followed day by day.
WITH item AS (
    SELECT id, state, amount, issue_date, void_on, open_amount, closed_on, first_allocated_on, last_changed_on,
           state = 'sent' OR void_on IS NOT NULL AS counts
    FROM ar.document
    WHERE org_id = %(org)s AND class <> 'order'
      AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY (%(customers)s))
), side AS (  -- each allocation from both its ends
    SELECT a.source_id AS id, a.amount, a.effective_on, a.ended_on, a.origin FROM ar.allocation a
    WHERE a.org_id = %(org)s AND (%(customers)s::bigint[] IS NULL OR a.source_id IN (SELECT id FROM item))
      AND a.amount <> 0 AND a.effective_on < a.ended_on
    UNION ALL
    SELECT a.charge_id, a.amount, a.effective_on, a.ended_on, a.origin FROM ar.allocation a
    WHERE a.org_id = %(org)s AND (%(customers)s::bigint[] IS NULL OR a.charge_id IN (SELECT id FROM item))
      AND a.amount <> 0 AND a.effective_on < a.ended_on
), applied AS (
    SELECT id, sum(amount)::bigint AS amount, min(effective_on) AS first_on, max(effective_on) AS last_on,
           bool_or(ended_on < 'infinity' OR origin = 'refit') AS varies
    FROM side GROUP BY id
), varying AS MATERIALIZED (  -- mostly none
    SELECT i.* FROM item i
    WHERE i.counts AND (i.void_on IS NOT NULL OR i.id IN (SELECT id FROM applied WHERE varies))
), event AS (
    SELECT id, issue_date AS on_day, amount AS delta FROM varying
    UNION ALL SELECT id, void_on, -amount FROM varying WHERE void_on IS NOT NULL
    UNION ALL SELECT s.id, s.effective_on, -s.amount FROM side s JOIN varying v ON v.id = s.id
    UNION ALL SELECT s.id, s.ended_on, s.amount FROM side s JOIN varying v ON v.id = s.id WHERE s.ended_on < 'infinity'
), running AS (
    SELECT id, on_day, sum(sum(delta)) OVER (PARTITION BY id ORDER BY on_day) AS balance,
           lead(on_day, 1, 'infinity') OVER (PARTITION BY id ORDER BY on_day) AS next_day
    FROM event GROUP BY id, on_day
), varied AS (
    SELECT id, max(next_day) FILTER (WHERE balance <> 0) AS closed_on, max(on_day) AS last_on,
           (array_agg(balance ORDER BY on_day DESC))[1] AS balance
    FROM running GROUP BY id
), wanted AS (
    SELECT i.id, i.open_amount AS old_amount, i.closed_on AS old_closed_on, i.first_allocated_on AS old_first_on, i.last_changed_on AS old_last_on,
           CASE WHEN NOT i.counts THEN 0 WHEN v.id IS NOT NULL THEN v.balance ELSE i.amount - COALESCE(p.amount, 0) END AS open_amount,
           CASE WHEN NOT i.counts THEN '-infinity' WHEN v.id IS NOT NULL THEN COALESCE(v.closed_on, '-infinity')
                WHEN p.amount = i.amount THEN p.last_on ELSE 'infinity' END AS closed_on,
           CASE WHEN i.counts THEN COALESCE(p.first_on, 'infinity') ELSE 'infinity' END AS first_allocated_on,
           CASE WHEN i.counts THEN COALESCE(v.last_on, p.last_on, '-infinity') ELSE '-infinity' END AS last_changed_on
    FROM item i LEFT JOIN applied p ON p.id = i.id LEFT JOIN varied v ON v.id = i.id
), differing AS MATERIALIZED (  -- mostly none: so few rows are looked up again to be written
    SELECT id, open_amount, closed_on, first_allocated_on, last_changed_on FROM wanted
    WHERE (open_amount, closed_on, first_allocated_on, last_changed_on) <> (old_amount, old_closed_on, old_first_on, old_last_on)
)
UPDATE ar.document d SET open_amount = w.open_amount, closed_on = w.closed_on,
    first_allocated_on = w.first_allocated_on, last_changed_on = w.last_changed_on
FROM differing w
WHERE d.org_id = %(org)s AND d.id = w.id
