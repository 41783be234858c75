-- The documents of a client that are asked for, where nothing has to be worked out to tell which.
SELECT d.id, d.number, d.issue_date, COALESCE(d.due_date, d.issue_date) AS due_on, d.amount
FROM ar.document d WHERE {client_filter}
