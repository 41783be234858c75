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
    SELECT s.line, s.account_number, s.number, s.first_number, s.first_line, s.issue_date, s.amount, s.currency
    FROM (SELECT f.*, first_value(f.line) OVER same AS first_line, first_value(f.number) OVER same AS first_number FROM fresh f
          WINDOW same AS (PARTITION BY f.account_number, f.kind, f.issue_date, f.amount, f.currency ORDER BY f.line)) AS s
    WHERE s.line <> s.first_line
), one AS (  -- a line that is like several is told of once
    SELECT DISTINCT ON (line) * FROM alike ORDER BY line, other_line NULLS FIRST, other_number
)
SELECT o.line, o.account_number, o.number, o.other_number, o.other_line, o.issue_date, o.amount * y.unit, o.currency, count(*) OVER ()
FROM one o JOIN ar.currency y ON y.code = o.currency
ORDER BY o.line LIMIT %(most)s
