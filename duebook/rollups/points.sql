-- $1 organisation. The collection priority of a row r whose currency's typical amount is t.
CASE WHEN r.outstanding <= 0 THEN 0 ELSE ar.priority_score(
    r.outstanding, r.past_due_amount, r.past_due_amount - r.d1_30_amount, r.d61_90_amount + r.d91_plus_amount,
    r.d91_plus_amount, r.days_overdue, r.current_count + r.past_due_count, r.past_due_count, t.halves,
    (SELECT w.weights FROM ar.priority_weights w WHERE w.org_id = $1 ORDER BY w.version DESC LIMIT 1)) END
