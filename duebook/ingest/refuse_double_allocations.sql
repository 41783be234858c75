-- Lines that mean one allocation in different words: with the same amount and day they repeat it, else the later is refused.
UPDATE pg_temp.resolved_allocation r SET problem_column = 'amount', problem_value = r.amount * y.unit,
    action = CASE WHEN (r.amount, r.dated_on) = (f.amount, f.dated_on) THEN 'repeated' ELSE 'invalid' END,
    problem = 'Same source, invoice and date as line ' || f.line || ', other content: keep one of the two lines.'
FROM pg_temp.resolved_allocation f, ar.currency y
WHERE r.action IN ('new', 'changed', 'unchanged') AND f.action IN ('new', 'changed', 'unchanged') AND y.code = r.currency
  AND (r.source_id, r.charge_id) = (f.source_id, f.charge_id) AND r.line > f.line
  AND (r.allocation_id = f.allocation_id OR r.external_id = f.external_id
       OR r.dated_on = f.dated_on AND (r.external_id IS NULL OR f.external_id IS NULL))
