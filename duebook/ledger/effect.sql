-- The accounts that owe another amount than before the batch, those with the largest change of each currency
-- first; then one row per currency for all of them (customer_id NULL, `accounts` counted).
-- Outstanding is charges less credits and receipts: what is applied to what changes nothing.
WITH after AS (
    SELECT d.customer_id, d.currency, sum(CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END) AS amount
    FROM pg_temp.concerned c
    JOIN ar.document d ON d.org_id = %(org)s AND d.customer_id = c.customer_id
    WHERE d.class <> 'order' AND d.issue_date <= %(today)s AND (d.state = 'sent' OR d.void_on > %(today)s)
    GROUP BY d.customer_id, d.currency
), change AS MATERIALIZED (
    SELECT customer_id, currency, COALESCE(b.amount, 0) AS before, COALESCE(a.amount, 0) AS after,
           row_number() OVER (PARTITION BY currency ORDER BY abs(COALESCE(a.amount, 0) - COALESCE(b.amount, 0)) DESC, customer_id) AS place
    FROM pg_temp.owed_before b FULL JOIN after a USING (customer_id, currency)
    WHERE COALESCE(a.amount, 0) <> COALESCE(b.amount, 0)
)
SELECT s.place, s.customer_id, COALESCE(c.account_number, k.account_number), COALESCE(c.name, k.account_name), s.currency, s.before * y.unit AS before, s.after * y.unit AS after,
       NULL::bigint AS accounts, NULL::numeric AS risen, NULL::numeric AS fallen
FROM change s
JOIN ar.currency y ON y.code = s.currency
JOIN pg_temp.concerned k ON k.customer_id = s.customer_id
LEFT JOIN ar.customer c ON c.org_id = %(org)s AND c.id = s.customer_id
WHERE s.place <= %(most)s
UNION ALL
SELECT NULL, NULL, NULL, NULL, s.currency, NULL, NULL, count(*), COALESCE(sum(after - before) FILTER (WHERE after > before), 0) * y.unit,
       COALESCE(sum(before - after) FILTER (WHERE after < before), 0) * y.unit
FROM change s JOIN ar.currency y ON y.code = s.currency
GROUP BY s.currency, y.unit
ORDER BY currency, place NULLS LAST
