-- Two lines that mean one document, by its external id and by its number: the later one is refused.
UPDATE pg_temp.resolved_document r SET action = 'invalid', problem_column = %(number_column)s, problem_value = r.number,
    problem = 'Line ' || f.line || ' means the same document by its external_id: keep one of the two lines.'
FROM (SELECT document_id, min(line) AS line FROM pg_temp.resolved_document WHERE action = 'changed'
      GROUP BY document_id HAVING count(*) > 1) AS f
WHERE r.action = 'changed' AND r.document_id = f.document_id AND r.line > f.line
