-- Which documents of a client are asked for, as far as they say it themselves. Drafts are none of a client's rows; what was
-- cancelled was never sent. All of it stands in the index document_account.
d.org_id = %(org)s AND d.class <> 'order' AND d.issue_date <= %(as_of)s::date AND d.state <> 'cancelled'
AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
AND (%(currency)s = '' OR d.currency = %(currency)s)
AND (NOT %(only_open)s::boolean OR d.closed_on > %(as_of)s::date)
AND (%(figure)s IN ('outstanding', 'debit_adjustments', 'unapplied_credits') OR d.ages)
AND (%(issued_from)s::date IS NULL OR d.issue_date >= %(issued_from)s)
AND (%(issued_to)s::date IS NULL OR d.issue_date <= %(issued_to)s)
AND (%(due_from)s::date IS NULL OR COALESCE(d.due_date, d.issue_date) >= %(due_from)s)
AND (%(due_to)s::date IS NULL OR COALESCE(d.due_date, d.issue_date) <= %(due_to)s)
AND (%(least)s::numeric IS NULL OR d.amount >= %(least)s * (SELECT y.units FROM ar.currency y WHERE y.code = d.currency))
AND (%(most)s::numeric IS NULL OR d.amount <= %(most)s * (SELECT y.units FROM ar.currency y WHERE y.code = d.currency))
AND (%(number)s = '' OR strpos(lower(d.number), lower(%(number)s)) > 0)
