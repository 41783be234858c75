-- What allocations of this batch will leave of its documents, by number: a guess, so that most documents are
-- written once. Whatever it is, posting works balances out from the facts before the batch ends.
INSERT INTO pg_temp.foreseen
WITH applied AS (
    SELECT a.source_number, a.invoice_number, a.amount, GREATEST(a.dated_on, s.issue_date, c.issue_date) AS begins
    FROM pg_temp.stage_allocation a
    LEFT JOIN pg_temp.stage_document s ON s.number = a.source_number
         AND (s.file = ANY (%(receipts)s) OR s.file = ANY (%(charges)s) AND (s.amount < 0 OR s.kind IN ('credit', 'credit_invoice')))
    LEFT JOIN pg_temp.stage_document c ON c.number = a.invoice_number
         AND c.file = ANY (%(charges)s) AND c.amount > 0 AND (c.kind IS NULL OR c.kind NOT IN ('credit', 'credit_invoice'))
    WHERE a.amount > 0
)
SELECT invoice_number, true, sum(amount), min(begins), max(begins) FROM applied GROUP BY invoice_number
UNION ALL
SELECT source_number, false, sum(amount), min(begins), max(begins) FROM applied GROUP BY source_number
