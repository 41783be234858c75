-- One row per customer and currency with anything open, disputed or unapplied on the day.
-- Disputed money stands in its own column, out of its bucket. Due on the day is not late yet. The columns of
-- what is late are named by the usual edges, 30, 60 and 90; which days they hold, the edges given say.
SELECT c.id AS customer_id, c.account_number, c.name AS account_name, c.sort_name, c.search_text, s.currency,
       s.current * y.unit AS current, s.days_1_30 * y.unit AS days_1_30, s.days_31_60 * y.unit AS days_31_60,
       s.days_61_90 * y.unit AS days_61_90, s.days_91_plus * y.unit AS days_91_plus, s.disputed * y.unit AS disputed,
       s.unapplied * y.unit AS unapplied_credits, (s.invoices + s.debits - s.unapplied) * y.unit AS outstanding,
       -- half up in whole numbers: a quotient cut to its digits and rounded again can end one too high
       CASE WHEN s.invoices = 0 THEN 0.0000 ELSE div(20000 * s.weighted_days + s.invoices, 2 * s.invoices) * 0.0001 END AS weighted_avg_days_overdue,
       s.debits * y.unit AS debit_adjustments, s.invoices * y.unit AS invoices, s.weighted_days, s.not_yet_due * y.unit AS not_yet_due,
       s.open_count, s.invoice_count, s.disputed_count
FROM (
    SELECT customer_id, currency,
           COALESCE(sum(balance - disputed) FILTER (WHERE ages AND age_days <= 0), 0)               AS current,
           COALESCE(sum(balance - disputed) FILTER (WHERE ages AND age_days BETWEEN 1 AND %(edge_1)s), 0) AS days_1_30,
           COALESCE(sum(balance - disputed) FILTER (WHERE ages AND age_days > %(edge_1)s AND age_days <= %(edge_2)s), 0) AS days_31_60,
           COALESCE(sum(balance - disputed) FILTER (WHERE ages AND age_days > %(edge_2)s AND age_days <= %(edge_3)s), 0) AS days_61_90,
           COALESCE(sum(balance - disputed) FILTER (WHERE ages AND age_days > %(edge_3)s), 0) AS days_91_plus,
           COALESCE(sum(disputed), 0)                                                               AS disputed,
           COALESCE(sum(balance) FILTER (WHERE class IN ('credit', 'receipt')), 0)                  AS unapplied,
           COALESCE(sum(balance) FILTER (WHERE ages), 0)                                            AS invoices,
           COALESCE(sum(balance) FILTER (WHERE class = 'charge' AND NOT ages), 0)                   AS debits,
           COALESCE(sum(balance * GREATEST(days_past_due, 0)) FILTER (WHERE ages), 0)               AS weighted_days,
           COALESCE(sum(balance - disputed) FILTER (WHERE ages AND days_past_due <= 0), 0)          AS not_yet_due,
           count(*) AS open_count, count(*) FILTER (WHERE ages) AS invoice_count, count(*) FILTER (WHERE disputed > 0) AS disputed_count
    FROM ({open_items}) AS item
    GROUP BY customer_id, currency
) AS s
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = s.customer_id
JOIN ar.currency y ON y.code = s.currency
