-- $1 organisation, $2 day. The collection priority of each account and currency, in tenths.
UPDATE ar.customer_aging k SET score = 0 WHERE k.org_id = $1 AND k.day = $2 AND k.score <> 0
