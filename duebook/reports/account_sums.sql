-- One row per status of a tab, and of its credits per section: how many documents, and what they come to.
SELECT i.status, i.section, count(*) AS documents, sum(i.amount) * y.unit AS amount, sum(i.balance) * y.unit AS balance
FROM ({account_items}) AS i JOIN ar.currency y ON y.code = %(currency)s
GROUP BY i.status, i.section, y.unit
