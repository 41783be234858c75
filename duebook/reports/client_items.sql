-- The documents of a client as one list: how each stands on a day, and its part in the figure asked for (without one, what
-- is left of it). Charges without a due date count as due when they were issued. [which]: true, or those of some numbers.
SELECT d.id, d.customer_id, d.number, d.kind, d.class, d.origin, d.issue_date, d.due_on, d.currency, d.amount, d.balance, d.disputed,
       d.days_past_due, d.state,
       CASE %(figure)s WHEN '' THEN d.balance
            WHEN 'invoices' THEN CASE WHEN d.ages THEN d.balance ELSE 0 END
            WHEN 'disputed' THEN d.disputed
            WHEN 'debit_adjustments' THEN CASE WHEN d.class = 'charge' AND NOT d.ages THEN d.balance ELSE 0 END
            WHEN 'unapplied_credits' THEN CASE WHEN d.class = 'charge' THEN 0 ELSE d.balance END
            WHEN 'outstanding' THEN CASE WHEN d.class = 'charge' THEN d.balance ELSE -d.balance END
            WHEN 'not_yet_due' THEN CASE WHEN d.ages AND d.days_past_due <= 0 THEN d.balance - d.disputed ELSE 0 END
            ELSE CASE WHEN d.ages AND d.age_days >= %(first_day)s::bigint AND d.age_days <= %(last_day)s::bigint
                      THEN d.balance - d.disputed ELSE 0 END
       END AS part
FROM (
    SELECT d.*, %(as_of)s::date - d.due_on AS days_past_due,
           %(as_of)s::date - CASE %(basis)s WHEN 'invoice' THEN d.issue_date ELSE d.due_on END AS age_days,
           CASE WHEN d.ages THEN LEAST(d.balance, COALESCE(p.amount, 0)) ELSE 0 END AS disputed,
           CASE WHEN d.void_on <= %(as_of)s::date OR d.stored = 'void' AND d.void_on IS NULL THEN 'void'
                WHEN d.balance = 0 THEN 'paid'
                WHEN d.ages AND COALESCE(p.amount, 0) > 0 THEN 'disputed'
                WHEN d.class <> 'charge' THEN 'open'
                WHEN d.due_on < %(as_of)s::date THEN 'overdue'
                WHEN p.document_id IS NOT NULL THEN 'resolved'
                ELSE 'sent' END AS state
    FROM (
        SELECT d.id, d.customer_id, d.number, d.kind, d.class, d.ages, d.origin, d.issue_date, d.currency, d.amount, d.void_on,
               d.state AS stored, COALESCE(d.due_date, d.issue_date) AS due_on,
               CASE WHEN d.closed_on <= %(as_of)s::date THEN 0
                    WHEN d.first_allocated_on > %(as_of)s::date THEN d.amount
                    WHEN d.last_changed_on <= %(as_of)s::date THEN d.open_amount
                    ELSE d.amount - COALESCE((  -- a document is charge or source, never both
                        SELECT sum(a.amount)::bigint FROM ar.allocation a
                        WHERE a.org_id = %(org)s AND (a.charge_id = d.id OR a.source_id = d.id)
                          AND a.effective_on <= %(as_of)s::date AND a.ended_on > %(as_of)s::date), 0)
               END AS balance
        FROM ar.document d
        WHERE [which] AND {client_filter}
        OFFSET 0  -- a fence: without it the balance is worked out anew wherever it is named
    ) AS d
    LEFT JOIN (
        SELECT document_id, sum(CASE WHEN opened_on <= %(as_of)s::date AND ended_on > %(as_of)s::date
                                     THEN COALESCE(amount, 9e18) ELSE 0 END) AS amount
        FROM ar.dispute WHERE org_id = %(org)s AND opened_on <= %(as_of)s::date
        GROUP BY document_id
    ) AS p ON p.document_id = d.id
) AS d
