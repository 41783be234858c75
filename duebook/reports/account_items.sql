-- The documents of one tab of an account in one currency, with balance and status as of a day. Which tab, and which of
-- them by the day on which nothing is left, account_items.py fills in. Each balance is worked out once, row by row, so
-- that a page in the order of an index reads no more than its rows.
SELECT d.id, d.number, d.kind, d.class AS document_class, d.issue_date, d.due_date, d.amount, b.balance, s.status, d.reason,
       d.method, d.origin, d.void_on, d.currency, d.order_number, d.discount_amount, d.discount_date,
       CASE WHEN d.class = 'receipt' THEN 2 WHEN d.kind = 'credit_invoice' THEN 1 ELSE 0 END AS section
FROM ar.document d
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.state = 'draft' OR d.closed_on <= %(as_of)s::date THEN 0
                WHEN d.first_allocated_on > %(as_of)s::date THEN d.amount
                WHEN d.last_changed_on <= %(as_of)s::date THEN d.open_amount
                ELSE d.amount - COALESCE((
                    SELECT sum(a.amount) FROM ar.allocation a
                    WHERE a.org_id = %(org)s AND d.id = CASE d.class WHEN 'charge' THEN a.charge_id ELSE a.source_id END
                      AND a.customer_id = d.customer_id
                      AND a.effective_on <= %(as_of)s::date AND a.ended_on > %(as_of)s::date), 0)
           END AS balance
    OFFSET 0
) AS b
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.state = 'draft' THEN 'draft'
                WHEN d.state <> 'sent' AND (d.void_on IS NULL OR d.void_on <= %(as_of)s::date) THEN 'void'
                WHEN d.class = 'order' THEN CASE WHEN d.id = ANY (%(open)s::bigint[]) THEN 'open' ELSE 'closed' END
                WHEN b.balance = 0 THEN CASE WHEN d.class = 'charge' THEN 'paid' ELSE 'applied' END
                WHEN b.balance = d.amount THEN 'open'
                WHEN d.class = 'charge' THEN 'partially_paid' ELSE 'partly_applied' END AS status
    OFFSET 0
) AS s
WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s
  AND d.issue_date <= %(as_of)s::date AND [part]
