-- Accounts whose balances an allocation moves; of a transfer, both.
SELECT customer_id FROM pg_temp.resolved_allocation WHERE action IN ('new', 'changed')
UNION SELECT payer_id FROM pg_temp.resolved_allocation WHERE action IN ('new', 'changed')
