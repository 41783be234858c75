-- Accounts in which nothing ever ends, nothing was announced and no source or charge has more applied to it than it is worth: there each
-- stated allocation counts in full, from the latest of the dates. The rows are the other accounts: their allocations
-- squeeze each other and are fitted one by one (fit_allocations.sql).
WITH item AS (
    SELECT id, issue_date, amount, state = 'sent' AS lasts
    FROM ar.document
    WHERE org_id = %(org)s AND class <> 'order' AND settles_id IS NULL
      AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY (%(customers)s))
), stated AS MATERIALIZED (
    SELECT a.id, a.customer_id, a.source_id, a.charge_id, a.stated_amount, GREATEST(a.dated_on, s.issue_date, c.issue_date) AS begins,
           s.amount AS source_amount, c.amount AS charge_amount, a.origin <> 'refit' AND s.lasts AND c.lasts
               AND NOT (a.run_id IS NULL AND a.external_id IS NOT DISTINCT FROM 'duebook:announced') AS lasts,
           (a.amount, a.effective_on, a.ended_on) <> (a.stated_amount, GREATEST(a.dated_on, s.issue_date, c.issue_date), 'infinity') AS differs
    FROM ar.allocation a
    JOIN item s ON s.id = a.source_id
    JOIN item c ON c.id = a.charge_id
    WHERE a.org_id = %(org)s AND a.origin IN ('stated', 'transfer', 'refit')
), special AS MATERIALIZED (
    SELECT customer_id FROM stated WHERE NOT lasts
    UNION SELECT customer_id FROM stated GROUP BY customer_id, source_id, source_amount HAVING sum(stated_amount) > source_amount
    UNION SELECT customer_id FROM stated GROUP BY customer_id, charge_id, charge_amount HAVING sum(stated_amount) > charge_amount
), fitted AS (
    UPDATE ar.allocation a SET amount = s.stated_amount, effective_on = s.begins, ended_on = 'infinity'
    FROM stated s
    WHERE s.differs AND a.org_id = %(org)s AND a.id = s.id AND s.customer_id NOT IN (SELECT customer_id FROM special)
)
SELECT customer_id FROM special
