-- One row per document that has something left on a day: what is left of it, how late it is, and how
-- much of it is disputed. Serves today, a past date, one customer or all; every aging figure is a sum of it.
-- closed_on and issue_date pick what was open that day.
SELECT d.id, d.customer_id, d.kind, d.class, d.ages, d.number, d.issue_date, d.due_date, d.currency, d.amount,
       d.discount_amount, d.discount_date, d.balance, %(as_of)s::date - d.due_date AS days_past_due,
       %(as_of)s::date - CASE %(basis)s WHEN 'invoice' THEN d.issue_date ELSE d.due_date END AS age_days,
       CASE WHEN d.ages THEN LEAST(d.balance, COALESCE(p.amount, 0)) ELSE 0 END AS disputed
FROM (
    SELECT d.*, {balance} AS balance
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.class <> 'order' AND d.closed_on > %(as_of)s::date AND d.issue_date <= %(as_of)s::date
      AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
    OFFSET 0  -- a fence: without it the balance is worked out anew wherever it is named
) AS d
LEFT JOIN ({disputed}) AS p ON p.document_id = d.id
WHERE d.balance > 0
