-- One row per day that is asked for: what the collection priority of an account in a currency rests on, and what accounts
-- of that currency typically owed then; kept doubled, so that a median between two amounts is a whole number.
SELECT d.day, t.halves * y.unit / 2 AS typical,
       COALESCE(a.outstanding, 0) * y.unit AS outstanding, COALESCE(a.past_due_amount, 0) * y.unit AS past_due,
       COALESCE(a.d31_60_amount + a.d61_90_amount + a.d91_plus_amount, 0) * y.unit AS over_30,
       COALESCE(a.d61_90_amount + a.d91_plus_amount, 0) * y.unit AS over_60,
       COALESCE(a.d91_plus_amount, 0) * y.unit AS over_90, COALESCE(a.days_overdue, 0) * 0.0001 AS days_overdue,
       COALESCE(a.current_count + a.past_due_count, 0) AS open_count, COALESCE(a.past_due_count, 0) AS past_due_count
FROM unnest(%(days)s::date[]) AS d (day)
JOIN ar.currency y ON y.code = %(currency)s
LEFT JOIN ar.typical_amount t ON t.org_id = %(org)s AND t.day = d.day AND t.currency = y.code
LEFT JOIN ar.customer_aging a
    ON a.org_id = %(org)s AND a.day = d.day AND a.customer_id = %(customer)s AND a.currency = y.code AND a.is_listed
