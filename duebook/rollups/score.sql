-- $1 organisation, $2 day. The collection priority of each account and currency, in tenths, where it is another.
WITH scored AS MATERIALIZED (
    SELECT r.customer_id, r.currency, r.score, {points} AS wanted
    FROM ar.customer_aging r
    LEFT JOIN ar.typical_amount t ON t.org_id = $1 AND t.day = $2 AND t.currency = r.currency
    WHERE r.org_id = $1 AND r.day = $2
)
UPDATE ar.customer_aging k SET score = s.wanted
FROM scored s
WHERE s.wanted <> s.score AND k.org_id = $1 AND k.day = $2 AND k.customer_id = s.customer_id AND k.currency = s.currency
