-- One row per outcome and reason of an act on many accounts: sent and done first, then what is open, then what was skipped.
SELECT o.outcome, o.reason, count(*) AS accounts
FROM ar.bulk_outcome o JOIN ar.customer c ON c.org_id = %(org)s AND c.id = o.customer_id
WHERE o.org_id = %(org)s AND o.act_id = %(act)s
GROUP BY o.outcome, o.reason
ORDER BY array_position('{sent,done,writing,waiting,skipped}', o.outcome), count(*) DESC, o.reason
