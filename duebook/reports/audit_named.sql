-- One row per person, team and customer that entries of the audit trail speak of by id.
SELECT 'person' AS kind, id, name FROM ar.person WHERE org_id = %(org)s AND id = ANY (%(principals)s)
UNION ALL
SELECT 'team', id, name FROM ar.team WHERE org_id = %(org)s AND id = ANY (%(principals)s)
UNION ALL
SELECT 'customer', id, account_number FROM ar.customer WHERE org_id = %(org)s AND id = ANY (%(customers)s)
