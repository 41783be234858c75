-- The documents of one tab of an account in one currency, with balance and status as of a day: charges that age,
-- other charges, credits with what is left on account, receipts, or orders. Which tab, `part` says.
SELECT d.id, d.number, d.kind, d.class, d.issue_date, d.due_date, d.amount, d.reason, d.method, d.origin, d.void_on,
       d.balance,
       CASE WHEN d.state = 'draft' THEN 'draft' WHEN d.is_void THEN 'void'
            WHEN d.class = 'order' THEN CASE WHEN d.closed_date <= %(as_of)s::date THEN 'closed' ELSE 'open' END
            WHEN d.balance = 0 THEN CASE WHEN d.class = 'charge' THEN 'paid' ELSE 'applied' END
            WHEN d.balance = d.amount THEN 'open'
            WHEN d.class = 'charge' THEN 'partially_paid' ELSE 'partly_applied' END AS status
FROM (
    SELECT d.*, d.state <> 'sent' AND (d.void_on IS NULL OR d.void_on <= %(as_of)s::date) AS is_void,
           CASE WHEN d.state = 'draft' OR d.closed_on <= %(as_of)s::date THEN 0
                WHEN d.first_allocated_on > %(as_of)s::date THEN d.amount
                WHEN d.last_changed_on <= %(as_of)s::date THEN d.open_amount
                ELSE d.amount - COALESCE((
                    SELECT sum(a.amount) FROM ar.allocation a
                    WHERE a.org_id = %(org)s AND d.id = CASE d.class WHEN 'charge' THEN a.charge_id ELSE a.source_id END
                      AND a.customer_id = d.customer_id
                      AND a.effective_on <= %(as_of)s::date AND a.ended_on > %(as_of)s::date), 0)
           END AS balance
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s
      AND d.issue_date <= %(as_of)s::date
      AND CASE %(part)s WHEN 'invoices' THEN d.class = 'charge' AND d.ages
                        WHEN 'debits' THEN d.class = 'charge' AND NOT d.ages
                        WHEN 'credits' THEN d.class IN ('credit', 'receipt')
                        WHEN 'payments' THEN d.class = 'receipt'
                        ELSE d.class = 'order' END
    OFFSET 0  -- a fence: without it the balance is worked out anew wherever it is named
) AS d
WHERE %(part)s <> 'credits' OR d.class = 'credit' OR d.balance > 0
