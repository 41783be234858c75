-- Works out which part of each stated allocation counts, and when (SPEC section 2): in effect from the
-- latest of its own date, its source's and its charge's until either is voided; fitted first to the source,
-- then to the charge, in order of (effective date, source number, charge number).
-- What a client announced of a receipt counts only while the books apply that receipt to nothing.
-- What is squeezed out by another counts again from the day the other one ends: the days on which
-- allocations of an account end divide time into segments, each is fitted, and a change from one
-- segment to the next is a row of origin `refit` with the difference. Mostly there is one segment.
WITH item AS (
    SELECT id, customer_id, currency, kind, number, issue_date, amount,
           CASE WHEN state = 'sent' THEN 'infinity'::date ELSE COALESCE(void_on, '-infinity') END AS void_on
    FROM ar.document
    WHERE org_id = %(org)s AND class <> 'order' AND settles_id IS NULL
      AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY (%(customers)s))
), stated AS (
    SELECT a.id, a.customer_id, a.currency, a.source_id, a.charge_id, a.stated_amount, a.dated_on, a.origin,
           s.kind AS source_kind, s.number AS source_number, c.kind AS charge_kind, c.number AS charge_number,
           s.amount AS source_amount, c.amount AS charge_amount,
           GREATEST(a.dated_on, s.issue_date, c.issue_date) AS begins, LEAST(s.void_on, c.void_on) AS ends,
           a.run_id IS NULL AND a.external_id IS NOT DISTINCT FROM 'duebook:announced' AND EXISTS (
               SELECT FROM ar.allocation b WHERE b.org_id = %(org)s AND b.source_id = a.source_id AND b.origin IN ('stated', 'transfer')
               AND b.run_id IS NOT NULL AND b.stated_amount > 0) AS yields
    FROM ar.allocation a
    JOIN item s ON s.id = a.source_id
    JOIN item c ON c.id = a.charge_id
    WHERE a.org_id = %(org)s AND a.origin IN ('stated', 'transfer')
), live AS (
    SELECT * FROM stated WHERE begins < ends AND NOT yields
), segment AS (
    SELECT customer_id, currency, begins AS since, lead(begins, 1, 'infinity') OVER (PARTITION BY customer_id, currency ORDER BY begins) AS until
    FROM (SELECT customer_id, currency, '-infinity'::date AS begins FROM live
          UNION SELECT customer_id, currency, ends FROM live WHERE ends < 'infinity') AS day
), by_source AS (
    SELECT l.*, g.since,
           LEAST(l.stated_amount, GREATEST(0, l.source_amount - COALESCE(sum(l.stated_amount) OVER before, 0))) AS sourced
    FROM live l
    JOIN segment g ON g.customer_id = l.customer_id AND g.currency = l.currency AND l.ends > g.since AND l.begins < g.until
    WINDOW before AS (PARTITION BY g.since, l.source_id ORDER BY l.begins, l.source_number, l.charge_number, l.charge_kind, l.dated_on, l.id
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), by_charge AS (
    SELECT f.*, LEAST(f.sourced, GREATEST(0, f.charge_amount - COALESCE(sum(f.sourced) OVER before, 0)))::bigint AS fitted
    FROM by_source f
    WINDOW before AS (PARTITION BY f.since, f.charge_id ORDER BY f.begins, f.source_number, f.charge_number, f.source_kind, f.dated_on, f.id
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), span AS (
    SELECT *, lag(fitted) OVER (PARTITION BY id ORDER BY since) AS earlier FROM by_charge
), refit AS (
    SELECT customer_id, currency, source_id, charge_id, dated_on, since AS begins, ends, sum(fitted - earlier)::bigint AS amount
    FROM span WHERE fitted <> earlier
    GROUP BY customer_id, currency, source_id, charge_id, dated_on, since, ends HAVING sum(fitted - earlier) <> 0
), wanted AS (
    SELECT id, fitted AS amount, begins, ends FROM span WHERE earlier IS NULL
    UNION ALL
    SELECT id, 0, begins, begins FROM stated WHERE begins >= ends OR yields
), fitted AS (
    UPDATE ar.allocation a SET amount = w.amount, effective_on = w.begins, ended_on = w.ends
    FROM wanted w
    WHERE a.org_id = %(org)s AND a.id = w.id AND (a.amount, a.effective_on, a.ended_on) <> (w.amount, w.begins, w.ends)
), gone AS (
    DELETE FROM ar.allocation a USING item s
    WHERE a.org_id = %(org)s AND a.origin = 'refit' AND a.source_id = s.id
      AND NOT EXISTS (SELECT FROM refit r WHERE r.source_id = a.source_id AND r.charge_id = a.charge_id
                      AND r.dated_on = a.dated_on AND r.begins = a.refit_on)
)
INSERT INTO ar.allocation AS a (org_id, customer_id, currency, source_id, charge_id, dated_on, origin, stated_amount, amount,
    effective_on, ended_on, refit_on)
SELECT %(org)s, customer_id, currency, source_id, charge_id, dated_on, 'refit', 0, amount, begins, ends, begins FROM refit
ON CONFLICT (org_id, source_id, charge_id, dated_on, origin, refit_on, COALESCE(external_id, ''))
DO UPDATE SET amount = excluded.amount, ended_on = excluded.ended_on
    WHERE (a.amount, a.ended_on) <> (excluded.amount, excluded.ended_on)
