-- What documents of some kinds add to the months of the rows that a question means, by currency: those dated within the
-- window, less those that were voided within it, whenever they are dated.
SELECT y.code, sum(f.value) * y.unit
FROM (
    SELECT d.customer_id, d.currency, CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END AS value
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.kind = ANY (%(kinds)s::text[])
      AND d.issue_date BETWEEN %(since)s::date AND %(until)s::date AND (d.state = 'sent' OR d.void_on IS NOT NULL)
    UNION ALL
    SELECT d.customer_id, d.currency, CASE d.class WHEN 'charge' THEN -d.amount ELSE d.amount END
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.kind = ANY (%(kinds)s::text[]) AND d.void_on BETWEEN %(since)s::date AND %(until)s::date
) AS f
JOIN ar.currency y ON y.code = f.currency
WHERE (f.customer_id, f.currency) IN (
    SELECT a.customer_id, a.currency
    FROM ar.customer_month a
    [joined]
    WHERE {monthly_asked}
)
GROUP BY y.code, y.unit
ORDER BY y.code
