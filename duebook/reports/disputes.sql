-- One row per dispute the viewer sees: a case that people talk about, or (without a case) a flag of the source. A case
-- whose invoice was settled or voided meanwhile is closed by that. next_due: by when something has to be done.
WITH said AS (
    SELECT c.id AS case_id, c.dispute_id, c.customer_id, c.document_id, c.reason, c.raised_at, c.by_client, c.lines,
           CASE WHEN c.state <> 'closed' AND p.ended_on <= %(today)s THEN 'closed' ELSE c.state END AS state,
           CASE WHEN c.state <> 'closed' AND p.ended_on <= %(today)s THEN 'settled' ELSE c.outcome END AS outcome,
           c.answer_due_at, c.resolve_due_at, c.answered_at, COALESCE(c.closed_at, c.changed_at) AS changed_at, p.amount, p.opened_on, p.ended_on
    FROM ar.dispute_case c JOIN ar.dispute p ON p.org_id = c.org_id AND p.id = c.dispute_id
    WHERE c.org_id = %(org)s
    UNION ALL
    SELECT NULL, p.id, p.customer_id, p.document_id, p.reason, p.opened_on::timestamptz, false, '{}',
           CASE WHEN p.ended_on > %(today)s THEN 'flagged' ELSE 'closed' END, NULL, NULL, NULL, NULL, p.opened_on::timestamptz,
           p.amount, p.opened_on, p.ended_on
    FROM ar.dispute p WHERE p.org_id = %(org)s AND p.origin = 'source' AND p.opened_on <= %(today)s
), shown AS (
    SELECT s.*, COALESCE(s.case_id, -s.dispute_id) AS key,
           CASE WHEN s.state IN ('open', 'answered') THEN
               CASE WHEN s.answered_at IS NULL THEN LEAST(s.answer_due_at, s.resolve_due_at) ELSE s.resolve_due_at END
           END AS next_due,
           d.number, d.kind, d.currency, u.account_number, u.name AS account_name, u.sort_name, u.search_text,
           COALESCE(s.amount, d.amount) AS claimed,
           CASE WHEN s.ended_on > %(today)s AND s.opened_on <= %(today)s AND s.state <> 'closed' THEN LEAST(COALESCE(s.amount, 9e18), d.amount - COALESCE((
               SELECT sum(a.amount) FROM ar.allocation a WHERE a.org_id = d.org_id AND a.charge_id = d.id
               AND a.effective_on <= %(today)s AND a.ended_on > %(today)s), 0)) ELSE 0 END AS disputed
    FROM said s
    JOIN ar.document d ON d.org_id = %(org)s AND d.id = s.document_id
    JOIN ar.customer u ON u.org_id = %(org)s AND u.id = s.customer_id
)
SELECT w.key, w.case_id, w.customer_id, w.account_number, w.account_name, w.document_id, w.number, w.kind, w.currency,
       (w.claimed * y.unit)::numeric AS claimed, (w.disputed * y.unit)::numeric AS disputed, w.lines, w.reason, w.state, w.outcome,
       w.by_client, w.raised_at, w.answer_due_at, w.resolve_due_at, w.answered_at, w.changed_at, w.next_due,
       COALESCE(w.next_due < %(at)s, false) AS is_overdue, {owner} AS owner_name, w.sort_name, w.search_text, {owner_id} AS owner_id,
       count(*) OVER () AS found
FROM shown w JOIN ar.currency y ON y.code = w.currency {owned}
WHERE (%(case)s::bigint IS NULL OR w.case_id = %(case)s)
  AND (%(document)s::bigint IS NULL OR w.document_id = %(document)s)
  AND (%(customer)s::bigint IS NULL OR w.customer_id = %(customer)s)
  AND (%(states)s::text[] IS NULL OR w.state = ANY (%(states)s))
  AND (%(reason)s = '' OR w.reason = %(reason)s)
  AND (%(older)s::timestamptz IS NULL OR w.raised_at <= %(older)s)
  AND (NOT %(overdue)s OR w.next_due < %(at)s)
  AND (%(like)s = '' OR w.search_text LIKE %(like)s OR lower(w.number) LIKE %(like)s)
  AND ({of_owner})
