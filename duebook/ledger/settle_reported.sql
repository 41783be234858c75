-- Receipts that nobody named but a source implies (SPEC section 2, reported settlement): what it states as
-- settled, less what explicit allocations settle. Unallocated payments of the account take their place, oldest
-- first, and so does the used part of a credit. With self-settling on, a receipt_tax_invoice settles itself.
-- What is void counted until then, so its settlement stands until then; what a bounced payment settled opens.
-- Everything of origin reported or computed is worked out anew; what stands already is not written again.
WITH own AS (
    SELECT d.id, d.customer_id, d.currency, d.kind, d.class, d.number, d.issue_date, d.void_on, d.amount, d.origin, d.state, d.settles_id
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.class <> 'order'
      AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY (%(customers)s))
), item AS (
    SELECT w.*, COALESCE(w.void_on, 'infinity') AS until, o.self_settling AND w.kind = 'receipt_tax_invoice' AS settles_itself
    FROM own w JOIN ar.org o ON o.org_id = %(org)s
    WHERE w.settles_id IS NULL AND (w.state = 'sent' OR w.void_on IS NOT NULL)
), explicit AS (  -- what somebody stated, by either side: never less than counts of it on any one day
    SELECT id, sum(amount)::bigint AS amount
    FROM (SELECT i.id, CASE WHEN a.origin = 'refit' THEN GREATEST(a.amount, 0) ELSE a.amount END AS amount
          FROM item i JOIN ar.allocation a ON a.org_id = %(org)s AND a.source_id = i.id AND a.origin IN ('stated', 'transfer', 'refit')
          UNION ALL
          SELECT i.id, a.amount
          FROM item i JOIN ar.allocation a ON a.org_id = %(org)s AND a.charge_id = i.id AND a.origin IN ('stated', 'transfer', 'refit')) AS side
    GROUP BY id
), need AS (  -- how much is settled without a name, from each statement's day on
    SELECT i.id, 'reported' AS origin, GREATEST(s.stated_on, i.issue_date) AS since,
           GREATEST(0, LEAST(s.settled_amount, i.amount) - COALESCE(e.amount, 0)) AS amount
    FROM item i JOIN ar.settlement s ON s.org_id = %(org)s AND s.document_id = i.id LEFT JOIN explicit e ON e.id = i.id
    WHERE i.class = 'charge' AND NOT i.settles_itself AND s.stated_on < i.until AND i.issue_date < i.until
    UNION ALL
    SELECT i.id, 'computed', i.issue_date, GREATEST(0, i.amount - COALESCE(e.amount, 0))
    FROM item i LEFT JOIN explicit e ON e.id = i.id
    WHERE i.settles_itself AND i.issue_date < i.until
), layer AS (  -- a settled amount in layers: each stands from the day it is reached until it is not any more
    SELECT id, origin, top, COALESCE(lag(top) OVER (PARTITION BY id ORDER BY top), 0) AS bottom
    FROM (SELECT DISTINCT id, origin, amount AS top FROM need WHERE amount > 0) AS reached
), standing AS (
    SELECT l.id, l.origin, l.top - l.bottom AS amount, n.since, n.amount >= l.top AS stands,
           lag(n.amount >= l.top, 1, false) OVER day AS stood,
           min(n.since) FILTER (WHERE n.amount < l.top) OVER (day ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS falls
    FROM layer l JOIN need n ON n.id = l.id
    WINDOW day AS (PARTITION BY l.id, l.top ORDER BY n.since)
), piece AS (
    SELECT s.id, s.origin, s.since, LEAST(s.falls, i.until) AS until, sum(s.amount)::bigint AS amount
    FROM standing s JOIN item i ON i.id = s.id
    WHERE s.stands AND NOT s.stood GROUP BY s.id, s.origin, s.since, LEAST(s.falls, i.until)
), owed AS (  -- pieces laid end to end, per account and currency, oldest first, those that ended last
    SELECT i.customer_id, i.currency, p.id, p.since, p.until, row_number() OVER line AS place,
           sum(p.amount) OVER line - p.amount AS low, sum(p.amount) OVER line AS high
    FROM piece p JOIN item i ON i.id = p.id
    WHERE p.origin = 'reported'
    WINDOW line AS (PARTITION BY i.customer_id, i.currency ORDER BY p.until < 'infinity', p.since, i.number, p.id, p.until ROWS UNBOUNDED PRECEDING)
), used AS (  -- of credits: how much of each its source states as used, since when and until when
    SELECT i.id, GREATEST(s.stated_on, i.issue_date) AS since, i.until,
           GREATEST(0, LEAST(s.settled_amount, i.amount) - COALESCE(e.amount, 0)) AS amount
    FROM item i
    JOIN LATERAL (SELECT t.settled_amount, t.stated_on FROM ar.settlement t WHERE t.org_id = %(org)s AND t.document_id = i.id
                  ORDER BY t.stated_on DESC LIMIT 1) AS s ON true
    LEFT JOIN explicit e ON e.id = i.id
    WHERE i.class = 'credit' AND s.stated_on < i.until AND i.issue_date < i.until
), fund AS (  -- what may take their place, laid end to end likewise
    SELECT i.customer_id, i.currency, i.id, i.class, i.issue_date, i.until, row_number() OVER line AS place,
           sum(COALESCE(u.amount, i.amount)) OVER line - COALESCE(u.amount, i.amount) AS low,
           sum(COALESCE(u.amount, i.amount)) OVER line AS high
    FROM item i LEFT JOIN used u ON u.id = i.id
    WHERE (i.customer_id, i.currency) IN (SELECT customer_id, currency FROM owed)
      AND (u.amount > 0 OR i.class = 'receipt' AND i.origin = 'stated' AND i.id NOT IN (SELECT id FROM explicit))
    WINDOW line AS (PARTITION BY i.customer_id, i.currency ORDER BY i.until < 'infinity', i.issue_date, i.number, i.id ROWS UNBOUNDED PRECEDING)
), boundary AS (
    SELECT DISTINCT customer_id, currency, low, count(owed_place) OVER sofar AS owed_place, count(fund_place) OVER sofar AS fund_place
    FROM (SELECT customer_id, currency, low, place AS owed_place, NULL::bigint AS fund_place FROM owed
          UNION ALL SELECT customer_id, currency, low, NULL, place FROM fund) AS mark
    WINDOW sofar AS (PARTITION BY customer_id, currency ORDER BY low)
), matched AS (  -- a credit only where it stays used; a payment also where it was taken back
    SELECT f.id AS source_id, o.id AS charge_id, o.since, o.until, GREATEST(o.since, f.issue_date) AS begins, LEAST(o.until, f.until) AS ends,
           sum(LEAST(b.next, o.high, f.high) - b.low)::bigint AS amount
    FROM (SELECT *, lead(low, 1, 9e18) OVER (PARTITION BY customer_id, currency ORDER BY low) AS next FROM boundary) AS b
    JOIN owed o ON o.customer_id = b.customer_id AND o.currency = b.currency AND o.place = b.owed_place
    JOIN fund f ON f.customer_id = b.customer_id AND f.currency = b.currency AND f.place = b.fund_place
    WHERE LEAST(b.next, o.high, f.high) > b.low AND GREATEST(o.since, f.issue_date) < LEAST(o.until, f.until)
      AND (f.class = 'receipt' OR o.until >= f.until)
    GROUP BY f.id, o.id, o.since, o.until, f.issue_date, f.until
), post AS (  -- the documents that should stand: receipts, and a debit for what a used credit went into unseen
    SELECT p.id AS settles_id, 'receipt' AS kind, 'receipt' AS class, p.origin, p.since, p.until,
           p.amount - COALESCE(m.amount, 0) AS amount
    FROM piece p LEFT JOIN (SELECT charge_id, since, until, sum(amount)::bigint AS amount FROM matched GROUP BY charge_id, since, until) AS m
         ON m.charge_id = p.id AND m.since = p.since AND m.until = p.until AND p.origin = 'reported'
    WHERE p.amount > COALESCE(m.amount, 0)
    UNION ALL
    SELECT u.id, 'debit_adjustment', 'charge', 'reported', u.since, u.until, u.amount - COALESCE(m.amount, 0)
    FROM used u LEFT JOIN (SELECT source_id, sum(amount)::bigint AS amount FROM matched GROUP BY source_id) AS m ON m.source_id = u.id
    WHERE u.amount > COALESCE(m.amount, 0)
), standing_document AS (
    SELECT w.id, w.customer_id, w.currency, w.settles_id, w.issue_date AS since, COALESCE(w.void_on, 'infinity') AS until, w.kind, w.origin, w.amount
    FROM own w WHERE w.settles_id IS NOT NULL
), gone_document AS (
    DELETE FROM ar.document d USING standing_document s
    WHERE d.org_id = %(org)s AND d.id = s.id AND NOT EXISTS (
        SELECT FROM post p WHERE (p.settles_id, p.since, p.until) = (s.settles_id, s.since, s.until))
), changed_document AS (
    UPDATE ar.document d SET amount = p.amount, kind = p.kind, class = p.class, origin = p.origin, due_date = CASE WHEN p.class = 'charge' THEN p.since END
    FROM standing_document s JOIN post p ON (p.settles_id, p.since, p.until) = (s.settles_id, s.since, s.until)
    WHERE d.org_id = %(org)s AND d.id = s.id AND (s.amount, s.kind, s.origin) <> (p.amount, p.kind, p.origin)
), new_document AS (  -- applied in full from its first day on, so its balance is never anything but zero
    INSERT INTO ar.document (org_id, customer_id, kind, class, ages, number, issue_date, due_date, currency, amount, state, void_on,
        origin, settles_id, run_id, open_amount, closed_on, first_allocated_on, last_changed_on)
    SELECT %(org)s, i.customer_id, p.kind, p.class, false, i.number, p.since, CASE WHEN p.class = 'charge' THEN p.since END,
        i.currency, p.amount, CASE WHEN p.until < 'infinity' THEN 'void' ELSE 'sent' END, NULLIF(p.until, 'infinity'),
        p.origin, p.settles_id, %(run)s, 0, p.since, p.since, p.since
    FROM post p JOIN item i ON i.id = p.settles_id
    WHERE NOT EXISTS (SELECT FROM standing_document s WHERE (p.settles_id, p.since, p.until) = (s.settles_id, s.since, s.until))
    ORDER BY i.customer_id, p.since
    RETURNING id, customer_id, currency, settles_id, issue_date AS since, COALESCE(void_on, 'infinity') AS until, class, origin, amount
), wanted AS (
    SELECT CASE WHEN class = 'charge' THEN settles_id ELSE id END AS source_id, CASE WHEN class = 'charge' THEN id ELSE settles_id END AS charge_id,
           customer_id, currency, since, since AS begins, until, '-infinity'::date AS refit_on, origin, amount
    FROM (SELECT id, customer_id, currency, settles_id, since, until, class, origin, amount FROM new_document
          UNION ALL
          SELECT s.id, s.customer_id, s.currency, p.settles_id, p.since, p.until, p.class, p.origin, p.amount FROM standing_document s
          JOIN post p ON (p.settles_id, p.since, p.until) = (s.settles_id, s.since, s.until)) AS stands
    UNION ALL
    SELECT m.source_id, m.charge_id, s.customer_id, s.currency, m.since, m.begins, m.ends,
           CASE WHEN m.until < 'infinity' THEN m.until ELSE '-infinity' END, 'reported', m.amount  -- keeps parts that end apart from those that stay
    FROM matched m JOIN item s ON s.id = m.source_id
), gone AS (
    DELETE FROM ar.allocation a USING own w
    WHERE a.org_id = %(org)s AND a.source_id = w.id AND a.origin IN ('reported', 'computed') AND NOT EXISTS (
        SELECT FROM wanted n WHERE (n.source_id, n.charge_id, n.since, n.refit_on, n.origin) = (a.source_id, a.charge_id, a.dated_on, a.refit_on, a.origin))
)
INSERT INTO ar.allocation AS a (org_id, customer_id, currency, source_id, charge_id, dated_on, origin, stated_amount, amount,
    effective_on, ended_on, refit_on, run_id)
SELECT %(org)s, customer_id, currency, source_id, charge_id, since, origin, amount, amount, begins, until, refit_on, %(run)s
FROM wanted
ON CONFLICT (org_id, source_id, charge_id, dated_on, origin, refit_on, COALESCE(external_id, ''))
DO UPDATE SET stated_amount = excluded.stated_amount, amount = excluded.amount, effective_on = excluded.effective_on, ended_on = excluded.ended_on
    WHERE (a.stated_amount, a.effective_on, a.ended_on) <> (excluded.stated_amount, excluded.effective_on, excluded.ended_on)
