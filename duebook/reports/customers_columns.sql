-- What is read of a row of the customers' list.
a.customer_id, c.account_number, c.name AS account_name, c.account_type,
       CASE WHEN c.active THEN 'Active' ELSE 'Inactive' END AS account_status,
       CASE i.state WHEN 'accepted' THEN 'Accepted' WHEN 'pending' THEN 'Pending' WHEN 'expired' THEN 'Expired'
                    WHEN 'declined' THEN 'Declined' ELSE 'Not Invited' END AS invitation_status,
       c.contact_name, c.contact_email, a.currency, n.credit_limit * y.unit AS credit_limit, p.name AS owner_name,
       a.score * 0.1 AS collection_priority,
       CASE WHEN a.score >= 75 THEN 'act now' WHEN a.score >= 45 THEN 'watch' WHEN a.score >= 15 THEN 'on track'
            ELSE 'nothing to do' END AS collection_priority_band,
       a.outstanding * y.unit AS outstanding_amount, a.outstanding * y.unit AS net_ar_amount,
       (a.current_amount + a.past_due_amount) * y.unit AS outstanding_invoice_amount,
       a.current_count + a.past_due_count AS outstanding_invoice_count,
       a.current_amount * y.unit AS current_amount, a.current_count,
       a.past_due_amount * y.unit AS past_due_amount, a.past_due_count,
       a.d1_30_amount * y.unit AS d1_30_amount, a.d1_30_count,
       a.d31_60_amount * y.unit AS d31_60_amount, a.d31_60_count,
       a.d61_90_amount * y.unit AS d61_90_amount, a.d61_90_count,
       a.d91_plus_amount * y.unit AS d91_plus_amount, a.d91_plus_count,
       a.days_overdue * 0.0001 AS weighted_avg_days_overdue, a.oldest_due_date,
       a.debit_amount * y.unit AS debit_adjustment_amount, a.debit_count AS debit_adjustment_count,
       a.credit_amount * y.unit AS credit_adjustment_amount, a.credit_count AS credit_adjustment_count,
       a.statement_amount * y.unit AS statement_amount, a.discount_amount * y.unit AS discount_amount,
       a.disputed_amount * y.unit AS disputed_amount, a.day AS as_of_date
