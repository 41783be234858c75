-- What each account and currency owed when the window began, and what each of its twelve months added: documents dated in
-- the month, less those voided in it whatever their date. Facts after the window do not count yet. Idle accounts have
-- zeros, in their own currency.
WITH moved AS (
    SELECT d.customer_id, d.currency, d.issue_date AS on_day, CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END AS amount
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.class <> 'order' AND d.issue_date <= %(until)s::date
      AND (d.state = 'sent' OR d.void_on IS NOT NULL)
    UNION ALL
    SELECT d.customer_id, d.currency, d.void_on, CASE d.class WHEN 'charge' THEN -d.amount ELSE d.amount END
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.class <> 'order' AND d.void_on <= %(until)s::date
), placed AS (
    SELECT customer_id, currency, amount,
           GREATEST(0, 1 + (12 * (date_part('year', on_day) - date_part('year', %(since)s::date))
                         + date_part('month', on_day) - date_part('month', %(since)s::date))::int) AS place
    FROM moved
), summed AS (
    SELECT customer_id, currency, sum(amount) FILTER (WHERE place = 0) AS opening, ARRAY[
           sum(amount) FILTER (WHERE place = 1), sum(amount) FILTER (WHERE place = 2),
           sum(amount) FILTER (WHERE place = 3), sum(amount) FILTER (WHERE place = 4),
           sum(amount) FILTER (WHERE place = 5), sum(amount) FILTER (WHERE place = 6),
           sum(amount) FILTER (WHERE place = 7), sum(amount) FILTER (WHERE place = 8),
           sum(amount) FILTER (WHERE place = 9), sum(amount) FILTER (WHERE place = 10),
           sum(amount) FILTER (WHERE place = 11), sum(amount) FILTER (WHERE place = 12)]::bigint[] AS months
    FROM placed GROUP BY customer_id, currency
)
SELECT c.id, c.account_number, c.name, y.code, y.exponent, COALESCE(s.opening, 0)::bigint, s.months
FROM ar.customer c
JOIN ar.org o ON o.org_id = c.org_id
LEFT JOIN summed s ON s.customer_id = c.id
JOIN ar.currency y ON y.code = COALESCE(s.currency, c.currency, o.currency)
WHERE c.org_id = %(org)s
ORDER BY c.account_number, y.code
