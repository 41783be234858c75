-- What is derived on each document: open_amount, closed_on, first_allocated_on, last_changed_on.
-- A document is simple when nothing of it ever ends: its balance falls to zero once, if at all.
-- The others (voids, ended or refitted allocations) are followed day by day.
WITH item AS (
    SELECT id, state, amount, issue_date, void_on, open_amount, closed_on, first_allocated_on, last_changed_on,
           state = 'sent' OR void_on IS NOT NULL AS counts
    FROM ar.document
    WHERE org_id = %(org)s AND class <> 'order'
      AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY (%(customers)s))
), side AS (
    SELECT i.id, a.amount, a.effective_on, a.ended_on, a.origin
    FROM item i JOIN ar.allocation a ON a.org_id = %(org)s AND a.source_id = i.id
    WHERE i.counts AND a.amount <> 0 AND a.effective_on < a.ended_on
    UNION ALL
    SELECT i.id, a.amount, a.effective_on, a.ended_on, a.origin
    FROM item i JOIN ar.allocation a ON a.org_id = %(org)s AND a.charge_id = i.id
    WHERE i.counts AND a.amount <> 0 AND a.effective_on < a.ended_on
), applied AS (
    SELECT id, sum(amount) AS amount, min(effective_on) AS first_on, max(effective_on) AS last_on,
           bool_or(ended_on < 'infinity' OR origin = 'refit') AS varies
    FROM side GROUP BY id
), event AS (
    SELECT i.id, i.issue_date AS on_day, i.amount AS delta
    FROM item i LEFT JOIN applied p ON p.id = i.id WHERE i.counts AND (p.varies OR i.void_on IS NOT NULL)
    UNION ALL SELECT id, void_on, -amount FROM item WHERE void_on IS NOT NULL
    UNION ALL SELECT s.id, s.effective_on, -s.amount FROM side s JOIN item i ON i.id = s.id JOIN applied p ON p.id = s.id
              WHERE p.varies OR i.void_on IS NOT NULL
    UNION ALL SELECT s.id, s.ended_on, s.amount FROM side s WHERE s.ended_on < 'infinity'
), running AS (
    SELECT id, on_day, sum(sum(delta)) OVER (PARTITION BY id ORDER BY on_day) AS balance,
           lead(on_day, 1, 'infinity') OVER (PARTITION BY id ORDER BY on_day) AS next_day
    FROM event GROUP BY id, on_day
), varied AS (
    SELECT id, max(next_day) FILTER (WHERE balance <> 0) AS closed_on, max(on_day) AS last_on,
           (array_agg(balance ORDER BY on_day DESC))[1] AS balance
    FROM running GROUP BY id
), wanted AS (
    SELECT i.id,
           CASE WHEN NOT i.counts THEN 0 WHEN v.id IS NOT NULL THEN v.balance ELSE i.amount - COALESCE(p.amount, 0) END AS open_amount,
           CASE WHEN NOT i.counts THEN '-infinity' WHEN v.id IS NOT NULL THEN COALESCE(v.closed_on, '-infinity')
                WHEN p.amount = i.amount THEN p.last_on ELSE 'infinity' END AS closed_on,
           COALESCE(p.first_on, 'infinity') AS first_allocated_on,
           COALESCE(v.last_on, p.last_on, '-infinity') AS last_changed_on
    FROM item i LEFT JOIN applied p ON p.id = i.id LEFT JOIN varied v ON v.id = i.id
)
UPDATE ar.document d SET open_amount = w.open_amount, closed_on = w.closed_on,
    first_allocated_on = w.first_allocated_on, last_changed_on = w.last_changed_on
FROM wanted w
WHERE d.org_id = %(org)s AND d.id = w.id
  AND (d.open_amount, d.closed_on, d.first_allocated_on, d.last_changed_on)
      <> (w.open_amount, w.closed_on, w.first_allocated_on, w.last_changed_on)
