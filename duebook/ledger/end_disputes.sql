-- A dispute ends on the day it is resolved, settled or void, what comes first; it does not come back.
WITH standing AS (
    SELECT p.id, p.opened_on, p.resolved_on, p.ended_on, d.id AS document_id, d.amount, d.issue_date, d.void_on,
           d.state = 'sent' OR d.void_on IS NOT NULL AS counts
    FROM ar.dispute p JOIN ar.document d ON d.org_id = %(org)s AND d.id = p.document_id
    WHERE p.org_id = %(org)s AND (%(customers)s::bigint[] IS NULL OR p.customer_id = ANY (%(customers)s))
), event AS (
    SELECT DISTINCT document_id, issue_date AS on_day, amount AS delta, 0::bigint AS allocation_id FROM standing WHERE counts
    UNION ALL SELECT DISTINCT document_id, void_on, -amount, 0 FROM standing WHERE void_on IS NOT NULL
    UNION ALL SELECT DISTINCT a.charge_id, a.effective_on, -a.amount, a.id FROM standing s
              JOIN ar.allocation a ON a.org_id = %(org)s AND a.charge_id = s.document_id AND a.effective_on < a.ended_on
    UNION ALL SELECT DISTINCT a.charge_id, a.ended_on, a.amount, a.id FROM standing s
              JOIN ar.allocation a ON a.org_id = %(org)s AND a.charge_id = s.document_id AND a.effective_on < a.ended_on
              WHERE a.ended_on < 'infinity'
), running AS (
    SELECT document_id, on_day, sum(sum(delta)) OVER (PARTITION BY document_id ORDER BY on_day) AS balance,
           lead(on_day, 1, 'infinity') OVER (PARTITION BY document_id ORDER BY on_day) AS next_day
    FROM event GROUP BY document_id, on_day
), wanted AS (
    SELECT s.id, LEAST(COALESCE(s.resolved_on, 'infinity'),
                       COALESCE((SELECT min(GREATEST(r.on_day, s.opened_on)) FROM running r
                                 WHERE r.document_id = s.document_id AND r.balance = 0 AND r.next_day > s.opened_on), 'infinity')) AS ended_on
    FROM standing s
)
UPDATE ar.dispute p SET ended_on = w.ended_on
FROM wanted w WHERE p.org_id = %(org)s AND p.id = w.id AND p.ended_on <> w.ended_on
