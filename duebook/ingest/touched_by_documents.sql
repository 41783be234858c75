-- Accounts whose balances may have moved otherwise than by a new document of their own.
SELECT DISTINCT c.id FROM pg_temp.resolved_document r
JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
WHERE r.action = 'changed'
   OR r.action = 'new' AND (r.settled_amount > 0 OR r.disputed OR r.applied_to IS NOT NULL
   OR r.kind = 'receipt_tax_invoice' AND (SELECT self_settling FROM ar.org WHERE org_id = %(org)s)
   OR r.class = 'receipt' AND EXISTS (SELECT FROM ar.settlement WHERE org_id = %(org)s))
UNION
SELECT d.customer_id FROM pg_temp.resolved_document r
JOIN ar.document d ON d.org_id = %(org)s AND d.id = r.document_id WHERE r.action = 'changed'
