-- One row per document that has something left on a day: what is left of it, how late it is, and how
-- much of it is disputed. Serves today, a past date, one customer or all; every aging figure is a sum of it.
-- closed_on and issue_date pick what was open that day. Only items in the middle of being settled need
-- their allocations: before the first one the balance is the amount, after the last change it is stored.
SELECT d.id, d.customer_id, d.kind, d.class, d.ages, d.number, d.issue_date, d.due_date, d.currency, d.amount,
       d.discount_amount, d.discount_date, d.balance, %(as_of)s::date - d.due_date AS days_past_due,
       %(as_of)s::date - CASE %(basis)s WHEN 'invoice' THEN d.issue_date ELSE d.due_date END AS age_days,
       CASE WHEN d.ages THEN LEAST(d.balance, COALESCE(p.amount, 0)) ELSE 0 END AS disputed
FROM (
    SELECT d.*,
           CASE WHEN d.first_allocated_on > %(as_of)s::date THEN d.amount
                WHEN d.last_changed_on <= %(as_of)s::date THEN d.open_amount
                WHEN d.class = 'charge' THEN d.amount - COALESCE((
                    SELECT sum(a.amount)::bigint FROM ar.allocation a
                    WHERE a.org_id = %(org)s AND a.charge_id = d.id AND a.effective_on <= %(as_of)s::date AND a.ended_on > %(as_of)s::date), 0)
                ELSE d.amount - COALESCE((
                    SELECT sum(a.amount)::bigint FROM ar.allocation a
                    WHERE a.org_id = %(org)s AND a.source_id = d.id AND a.effective_on <= %(as_of)s::date AND a.ended_on > %(as_of)s::date), 0)
           END AS balance
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.class <> 'order' AND d.closed_on > %(as_of)s::date AND d.issue_date <= %(as_of)s::date
      AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
    OFFSET 0  -- a fence: without it the balance is worked out anew wherever it is named
) AS d
LEFT JOIN (
    SELECT document_id, CASE WHEN bool_or(amount IS NULL) THEN 9000000000000000000 ELSE sum(amount)::bigint END AS amount
    FROM ar.dispute
    WHERE org_id = %(org)s AND opened_on <= %(as_of)s::date AND ended_on > %(as_of)s::date
    GROUP BY document_id
) AS p ON p.document_id = d.id
WHERE d.balance > 0
