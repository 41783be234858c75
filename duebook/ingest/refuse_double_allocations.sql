-- Lines that mean one allocation in different words: with the same amount they repeat it, else the later is refused.
UPDATE pg_temp.resolved_allocation r SET action = CASE WHEN r.amount = f.amount THEN 'repeated' ELSE 'invalid' END, problem_column = 'amount',
    problem_value = r.amount * y.unit, problem = 'Same source, invoice and date as line ' || f.line || ', other content: keep one of the two lines.'
FROM (SELECT source_id, charge_id, dated_on, external_id, min(line) AS line, (array_agg(amount ORDER BY line))[1] AS amount
      FROM pg_temp.resolved_allocation WHERE action IN ('new', 'changed', 'unchanged')
      GROUP BY source_id, charge_id, dated_on, external_id HAVING count(*) > 1) AS f, ar.currency y
WHERE r.action IN ('new', 'changed', 'unchanged') AND y.code = r.currency AND r.line > f.line
  AND (r.source_id, r.charge_id, r.dated_on) = (f.source_id, f.charge_id, f.dated_on) AND r.external_id IS NOT DISTINCT FROM f.external_id
