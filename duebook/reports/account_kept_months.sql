-- What an account owed at the end of each of the twelve months up to a day, as the monthly report keeps it; no row while those
-- months are not worked out.
SELECT k.owed_1 * y.unit, k.owed_2 * y.unit, k.owed_3 * y.unit, k.owed_4 * y.unit, k.owed_5 * y.unit, k.owed_6 * y.unit,
       k.owed_7 * y.unit, k.owed_8 * y.unit, k.owed_9 * y.unit, k.owed_10 * y.unit, k.owed_11 * y.unit, k.owed_12 * y.unit
FROM ar.org_window w
JOIN ar.customer_month k ON k.org_id = %(org)s AND k.month = w.month AND k.customer_id = %(customer)s AND k.currency = %(currency)s
JOIN ar.currency y ON y.code = k.currency
WHERE w.org_id = %(org)s AND w.month = date_trunc('month', %(until)s::date)::date AND w.until = %(until)s::date AND k.in_debt
