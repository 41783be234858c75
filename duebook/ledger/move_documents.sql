-- Known documents that change their account or currency (nothing stated is applied to them, or they would have
-- been refused): what was derived for them goes, what hangs on them moves along.
WITH moved AS (
    SELECT d.id, c.id AS customer_id
    FROM pg_temp.resolved_document r
    JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
    JOIN ar.document d ON d.org_id = %(org)s AND d.id = r.document_id
    WHERE r.action = 'changed' AND (d.customer_id, d.currency) <> (c.id, r.currency)
), unapplied AS (
    DELETE FROM ar.allocation a USING moved m
    WHERE a.org_id = %(org)s AND a.origin NOT IN ('stated', 'transfer') AND a.charge_id = m.id
), unused AS (
    DELETE FROM ar.allocation a USING moved m
    WHERE a.org_id = %(org)s AND a.origin NOT IN ('stated', 'transfer') AND a.source_id = m.id
), undone AS (
    DELETE FROM ar.document d USING moved m WHERE d.org_id = %(org)s AND d.settles_id = m.id
), settlements AS (
    UPDATE ar.settlement s SET customer_id = m.customer_id FROM moved m WHERE s.org_id = %(org)s AND s.document_id = m.id
), disputes AS (
    UPDATE ar.dispute p SET customer_id = m.customer_id FROM moved m WHERE p.org_id = %(org)s AND p.document_id = m.id
), lines AS (
    UPDATE ar.document_line l SET customer_id = m.customer_id FROM moved m WHERE l.org_id = %(org)s AND l.document_id = m.id
)
UPDATE ar.order_link l SET customer_id = m.customer_id FROM moved m WHERE l.org_id = %(org)s AND l.order_id = m.id
