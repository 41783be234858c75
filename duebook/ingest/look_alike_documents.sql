-- One row per new document like another one of its account: same kind, amount and day, other number. The first of
-- them in the order of their lines, each with how many there are.
WITH fresh AS (
    SELECT r.line, r.account_number, r.customer_id, r.kind, r.number, r.issue_date, r.amount, r.currency
    FROM pg_temp.resolved_document r
    WHERE r.action = 'new' AND r.state NOT IN ('void', 'cancelled')
), alike AS (
    SELECT f.line, f.account_number, f.number, d.number AS other_number, NULL::integer AS other_line, f.issue_date, f.amount, f.currency
    FROM fresh f
    JOIN ar.document d ON d.org_id = %(org)s AND d.customer_id = f.customer_id AND d.kind = f.kind
         AND d.issue_date = f.issue_date AND d.amount = f.amount AND d.currency = f.currency AND d.number <> f.number
         AND d.origin = 'stated' AND d.state NOT IN ('void', 'cancelled')
    UNION ALL
    SELECT f.line, f.account_number, f.number, s.number, s.line, f.issue_date, f.amount, f.currency
    FROM (SELECT account_number, kind, issue_date, amount, currency, min(line) AS first_line
          FROM fresh GROUP BY account_number, kind, issue_date, amount, currency HAVING count(*) > 1) AS twin
    JOIN fresh f USING (account_number, kind, issue_date, amount, currency)
    JOIN fresh s ON s.line = twin.first_line
    WHERE f.line <> s.line
), one AS (  -- a line that is like several is told of once
    SELECT DISTINCT ON (line) * FROM alike ORDER BY line, other_line NULLS FIRST, other_number
)
SELECT o.line, o.account_number, o.number, o.other_number, o.other_line, o.issue_date, o.amount * y.unit, o.currency, count(*) OVER ()
FROM one o JOIN ar.currency y ON y.code = o.currency
ORDER BY o.line LIMIT %(most)s
