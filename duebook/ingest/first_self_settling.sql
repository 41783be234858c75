-- The first receipt tax invoices of an organisation where they do not settle themselves: how many, and how much of
-- each currency. No row when that need not be asked.
SELECT r.currency, count(*), sum(r.amount) * y.unit
FROM pg_temp.resolved_document r
JOIN ar.org o ON o.org_id = %(org)s AND NOT o.self_settling
JOIN ar.currency y ON y.code = r.currency
WHERE r.action = 'new' AND r.kind = 'receipt_tax_invoice' AND r.state = 'sent'
  AND NOT EXISTS (SELECT FROM ar.document d WHERE d.org_id = %(org)s AND d.kind = 'receipt_tax_invoice')
GROUP BY r.currency, y.unit ORDER BY r.currency
