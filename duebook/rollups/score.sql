-- $1 organisation, $2 day. The collection priority of each account and currency, in tenths, where it is another.
WITH scored AS MATERIALIZED (
    SELECT a.customer_id, a.currency, a.score, CASE WHEN a.outstanding <= 0 THEN 0 ELSE ar.priority_score(
               a.outstanding, a.past_due_amount, a.past_due_amount - a.d1_30_amount, a.d61_90_amount + a.d91_plus_amount,
               a.d91_plus_amount, a.days_overdue, a.current_count + a.past_due_count, a.past_due_count, t.halves,
               (SELECT w.weights FROM ar.priority_weights w WHERE w.org_id = $1 ORDER BY w.version DESC LIMIT 1)) END AS wanted
    FROM ar.customer_aging a
    LEFT JOIN ar.typical_amount t ON t.org_id = $1 AND t.day = $2 AND t.currency = a.currency
    WHERE a.org_id = $1 AND a.day = $2
)
UPDATE ar.customer_aging k SET score = s.wanted
FROM scored s
WHERE s.wanted <> s.score AND k.org_id = $1 AND k.day = $2 AND k.customer_id = s.customer_id AND k.currency = s.currency
