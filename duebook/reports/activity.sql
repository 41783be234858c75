-- What happened on an account, the newest first: one row per event of a page. Facts of the ledger stand at the beginning of
-- their business day, what people did at its moment. Each kind of event is read from its own index no further than the page
-- reaches; `rank` and `id` decide between events of one moment.
SELECT e.at, e.rank, e.id, e.what, e.kind, e.number, e.document_id, e.other_number, e.other_id, e.currency,
       e.amount * y.unit AS amount, p.name AS person, e.words
FROM (
    (SELECT d.issue_date::timestamp AT TIME ZONE %(zone)s AS at, 1 AS rank, d.id, CASE d.origin WHEN 'stated' THEN 'document' ELSE d.origin END AS what,
            d.kind, d.number, d.id AS document_id, NULL::text AS other_number, NULL::bigint AS other_id, d.currency, d.amount,
            NULL::bigint AS person_id, NULL::text AS words
     FROM ar.document d
     WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.issue_date <= %(day)s::date
       AND (d.state = 'sent' OR d.void_on IS NOT NULL)
       AND (d.issue_date < %(day)s::date OR (d.issue_date::timestamp AT TIME ZONE %(zone)s, 1, d.id) < (%(at)s, %(rank)s, %(id)s))
     ORDER BY d.issue_date DESC, d.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT d.void_on::timestamp AT TIME ZONE %(zone)s, 2, d.id, 'void', d.kind, d.number, d.id, NULL, NULL, d.currency, d.amount, NULL, d.reason
     FROM ar.document d
     WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.void_on <= %(day)s::date
       AND (d.void_on < %(day)s::date OR (d.void_on::timestamp AT TIME ZONE %(zone)s, 2, d.id) < (%(at)s, %(rank)s, %(id)s))
     ORDER BY d.void_on DESC, d.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT a.effective_on::timestamp AT TIME ZONE %(zone)s, 3, a.id, 'applied', s.kind, s.number, s.id, c.number, c.id, a.currency, a.amount, NULL, NULL
     FROM ar.allocation a
     JOIN ar.document s ON s.org_id = %(org)s AND s.id = a.source_id
     JOIN ar.document c ON c.org_id = %(org)s AND c.id = a.charge_id
     WHERE a.org_id = %(org)s AND a.customer_id = %(customer)s AND a.effective_on <= %(day)s::date AND a.amount > 0
       AND a.ended_on > a.effective_on AND a.origin <> 'reported'
       AND (a.effective_on < %(day)s::date OR (a.effective_on::timestamp AT TIME ZONE %(zone)s, 3, a.id) < (%(at)s, %(rank)s, %(id)s))
     ORDER BY a.effective_on DESC, a.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT v.on_day::timestamp AT TIME ZONE %(zone)s, v.rank, s.id, v.what, d.kind, d.number, d.id, NULL, NULL, d.currency, s.amount, NULL, s.reason
     FROM ar.dispute s
     JOIN ar.document d ON d.org_id = %(org)s AND d.id = s.document_id
     CROSS JOIN LATERAL (VALUES (4, 'disputed', s.opened_on), (5, 'dispute over', s.ended_on)) AS v (rank, what, on_day)
     WHERE s.org_id = %(org)s AND s.customer_id = %(customer)s AND v.on_day <= %(day)s::date
       AND (v.on_day < %(day)s::date OR (v.on_day::timestamp AT TIME ZONE %(zone)s, v.rank, s.id) < (%(at)s, %(rank)s, %(id)s))
     ORDER BY v.on_day DESC, v.rank DESC, s.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT v.at, v.rank, i.id, v.what, NULL, NULL, NULL, NULL, NULL, NULL, NULL, v.person_id, i.email
     FROM ar.invitation i
     CROSS JOIN LATERAL (VALUES (6, 'invited', i.sent_at, i.invited_by), (7, 'invitation accepted', i.accepted_at, NULL),
                                (7, 'invitation declined', i.declined_at, NULL), (7, 'invitation withdrawn', i.withdrawn_at, NULL))
         AS v (rank, what, at, person_id)
     WHERE i.org_id = %(org)s AND i.customer_id = %(customer)s AND i.role = 'client' AND v.at < %(end)s
       AND (v.at, v.rank, i.id) < (%(at)s, %(rank)s, %(id)s)
     ORDER BY v.at DESC, v.rank DESC, i.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT v.superseded_at, 8, v.document_id, 'corrected', d.kind, d.number, d.id, NULL, NULL, d.currency, (v.facts ->> 'amount')::bigint, NULL, NULL
     FROM ar.document_version v JOIN ar.document d ON d.org_id = %(org)s AND d.id = v.document_id
     WHERE v.org_id = %(org)s AND v.customer_id = %(customer)s AND v.superseded_at < %(end)s
       AND (v.superseded_at, 8, v.document_id) < (%(at)s, %(rank)s, %(id)s)
     ORDER BY v.superseded_at DESC, v.document_id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT n.written_at, 9, n.id, 'note', NULL, NULL, NULL, NULL, NULL, NULL, NULL, n.person_id, t.body
     FROM ar.note n
     CROSS JOIN LATERAL (
         SELECT t.body FROM ar.note_text t WHERE t.org_id = %(org)s AND t.note_id = n.id ORDER BY t.version DESC LIMIT 1) AS t
     WHERE n.org_id = %(org)s AND n.customer_id = %(customer)s AND t.body IS NOT NULL AND n.written_at < %(end)s
       AND (n.written_at, 9, n.id) < (%(at)s, %(rank)s, %(id)s)
     ORDER BY n.written_at DESC, n.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT a.at, 10, a.id, a.act, NULL, NULL, NULL, NULL, NULL, NULL, NULL, a.person_id, COALESCE(t.name, h.name)
     FROM ar.access_event a
     LEFT JOIN ar.team t ON t.org_id = %(org)s AND t.id = a.principal_id
     LEFT JOIN ar.person h ON h.org_id = %(org)s AND h.id = a.principal_id
     WHERE a.org_id = %(org)s AND a.customer_id = %(customer)s AND a.at < %(end)s
       AND (a.at, 10, a.id) < (%(at)s, %(rank)s, %(id)s)
     ORDER BY a.at DESC, a.id DESC LIMIT %(limit)s)
) AS e
LEFT JOIN ar.currency y ON y.code = e.currency
LEFT JOIN ar.person p ON p.org_id = %(org)s AND p.id = e.person_id
ORDER BY e.at DESC, e.rank DESC, e.id DESC
LIMIT %(limit)s
