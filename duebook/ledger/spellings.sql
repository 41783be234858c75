-- One row per customer: number, name as stored, and every spelling on its documents, best first.
SELECT c.id, c.account_number, c.name, c.name_origin,
       (SELECT array_agg(s.account_name ORDER BY s.last_on DESC, s.documents DESC, s.account_name)
        FROM (SELECT d.account_name, max(d.issue_date) AS last_on, count(*) AS documents
              FROM ar.document d
              WHERE d.org_id = %(org)s AND d.customer_id = c.id AND d.account_name IS NOT NULL
              GROUP BY d.account_name) AS s) AS spellings
FROM ar.customer c
WHERE c.org_id = %(org)s AND c.id = ANY (%(customers)s)
