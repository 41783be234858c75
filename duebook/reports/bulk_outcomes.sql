-- One row per account of an act on many accounts, in the order of their names.
SELECT o.customer_id, c.account_number, c.name AS account_name, o.email, o.outcome, o.reason
FROM ar.bulk_outcome o JOIN ar.customer c ON c.org_id = %(org)s AND c.id = o.customer_id
WHERE o.org_id = %(org)s AND o.act_id = %(act)s
  AND (%(outcome)s = '' OR o.outcome = %(outcome)s) AND (%(reason)s = '' OR o.reason = %(reason)s)
ORDER BY o.place
LIMIT %(size)s OFFSET %(skip)s
