-- What stands in the way of undoing runs: one row per later run (or NULL: people) and what it rests on.
-- A later run whose batch was undone has left nothing behind and is not among them.
WITH made AS (
    SELECT id FROM pg_temp.made_by_all WHERE table_name = 'document'
), made_customer AS (
    SELECT id FROM pg_temp.made_by_all WHERE table_name = 'customer'
), kept AS (
    SELECT DISTINCT ON (table_name, key) table_name, key, before FROM ar.ingest_before
    WHERE org_id = %(org)s AND run_id = ANY (%(runs)s) ORDER BY table_name, key, run_id
), stated AS (
    SELECT a.run_id, a.source_id, a.charge_id FROM ar.allocation a
    WHERE a.org_id = %(org)s AND a.origin IN ('stated', 'transfer') AND NOT COALESCE(a.run_id = ANY (%(runs)s), false)
), renamed AS (  -- accounts whose documents were read otherwise since
    SELECT c.id FROM kept k JOIN ar.customer c ON c.org_id = %(org)s AND c.id = k.key::bigint
    WHERE k.table_name = 'customer' AND (c.account_number, c.currency, c.net_terms_days::text)
          IS DISTINCT FROM (k.before ->> 'account_number', k.before ->> 'currency', k.before ->> 'net_terms_days')
), in_the_way AS (
    SELECT v.superseded_by AS run_id, 'documents' AS what FROM ar.document_version v
    WHERE v.org_id = %(org)s AND v.run_id = ANY (%(runs)s) AND NOT COALESCE(v.superseded_by = ANY (%(runs)s), false)
    UNION ALL SELECT s.run_id, 'allocations' FROM stated s JOIN made m ON m.id = s.source_id
    UNION ALL SELECT s.run_id, 'allocations' FROM stated s JOIN made m ON m.id = s.charge_id
    UNION ALL
    SELECT s.run_id, 'allocations' FROM ar.document_version v
    JOIN ar.document d ON d.org_id = %(org)s AND d.id = v.document_id
    JOIN stated s ON s.source_id = d.id OR s.charge_id = d.id
    WHERE v.org_id = %(org)s AND v.superseded_by = ANY (%(runs)s)
      AND (d.customer_id, d.currency, d.class) <> ((v.facts ->> 'customer_id')::bigint, v.facts ->> 'currency', v.facts ->> 'class')
    UNION ALL  -- money that went back: as the receipt was before, it would have voided that
    SELECT g.run_id, 'documents' FROM ar.document_version v
    JOIN ar.document d ON d.org_id = %(org)s AND d.id = v.document_id AND d.intake = 'payments'
    JOIN ar.document g ON g.org_id = %(org)s AND g.kind = 'debit_adjustment' AND g.number = d.number AND g.settles_id IS NULL
    WHERE v.org_id = %(org)s AND v.superseded_by = ANY (%(runs)s) AND NOT COALESCE(v.run_id = ANY (%(runs)s), false)
      AND g.intake = 'payments' AND g.run_id > %(first)s AND g.run_id <> ALL (%(runs)s)
      AND (v.facts ->> 'state' = 'sent' OR v.facts ->> 'void_on' IS NOT NULL)
      AND (g.customer_id, g.currency, g.amount) = ((v.facts ->> 'customer_id')::bigint, v.facts ->> 'currency', (v.facts ->> 'amount')::bigint)
    UNION ALL
    SELECT s.run_id, 'settlements' FROM ar.settlement s
    WHERE s.org_id = %(org)s AND NOT COALESCE(s.run_id = ANY (%(runs)s), false) AND COALESCE(s.run_id > %(first)s, true) AND (
        s.document_id IN (SELECT id FROM made)
        OR s.document_id IN (SELECT t.document_id FROM ar.settlement t WHERE t.org_id = %(org)s AND t.run_id = ANY (%(runs)s))
        OR s.document_id IN (SELECT (before ->> 'document_id')::bigint FROM kept WHERE table_name = 'settlement'))
    UNION ALL
    SELECT p.run_id, 'disputes' FROM ar.dispute p JOIN made m ON m.id = p.document_id
    WHERE p.org_id = %(org)s AND NOT COALESCE(p.run_id = ANY (%(runs)s), false)
    UNION ALL
    SELECT l.run_id, 'lines' FROM ar.document_line l JOIN made m ON m.id = l.document_id
    WHERE l.org_id = %(org)s AND NOT COALESCE(l.run_id = ANY (%(runs)s), false)
    UNION ALL
    SELECT r.run_id, 'reminders' FROM ar.reminder r JOIN made m ON m.id = r.document_id
    WHERE r.org_id = %(org)s AND NOT COALESCE(r.run_id = ANY (%(runs)s), false)
    UNION ALL
    SELECT l.run_id, 'order links' FROM ar.order_link l JOIN made m ON m.id IN (l.order_id, l.invoice_id)
    WHERE l.org_id = %(org)s AND NOT COALESCE(l.run_id = ANY (%(runs)s), false)
    UNION ALL
    SELECT b.run_id, replace(b.table_name, '_', ' ') || 's' FROM ar.ingest_before b
    WHERE b.org_id = %(org)s AND b.run_id > %(first)s AND b.run_id <> ALL (%(runs)s)
      AND ((b.before ->> 'run_id')::bigint = ANY (%(runs)s) OR (b.table_name, b.key) IN (SELECT table_name, key FROM kept))
    UNION ALL
    SELECT d.run_id, 'accounts' FROM ar.document d
    WHERE d.org_id = %(org)s AND d.settles_id IS NULL AND NOT COALESCE(d.run_id = ANY (%(runs)s), false)
      AND (d.customer_id IN (SELECT id FROM made_customer)
           OR d.customer_id IN (SELECT id FROM renamed) AND COALESCE(d.run_id > %(first)s, true))
    UNION ALL
    SELECT s.run_id, 'accounts' FROM ar.shipment s JOIN made_customer m ON m.id = s.customer_id
    WHERE s.org_id = %(org)s AND NOT COALESCE(s.run_id = ANY (%(runs)s), false)
    UNION ALL
    SELECT s.run_id, 'accounts' FROM ar.stock s JOIN made_customer m ON m.id = s.customer_id
    WHERE s.org_id = %(org)s AND NOT COALESCE(s.run_id = ANY (%(runs)s), false)
    UNION ALL
    SELECT u.id, 'the same rows' FROM ar.ingest_run u
    WHERE u.org_id = %(org)s AND u.id > %(first)s AND u.undone_at IS NULL AND u.id <> ALL (%(runs)s) AND u.rests_on && %(runs)s::bigint[]
    UNION ALL
    SELECT NULL, 'owners' FROM kept k
    LEFT JOIN ar.customer_internal i ON i.org_id = %(org)s AND i.customer_id = k.key::bigint
    WHERE k.table_name = 'customer_internal' AND NOT EXISTS (
        SELECT FROM ar.ingest_before b WHERE b.org_id = %(org)s AND b.run_id = ANY (%(runs)s) AND b.table_name = k.table_name
        AND b.key = k.key AND (b.before ->> 'given')::bigint IS NOT DISTINCT FROM i.owner_id)
    UNION ALL
    SELECT NULL, 'owners' FROM made_customer m JOIN ar.customer_internal i ON i.org_id = %(org)s AND i.customer_id = m.id
    JOIN ar.customer c ON c.org_id = %(org)s AND c.id = m.id
    JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = c.run_id
    WHERE u.kind <> 'accounts' AND i.owner_id IS NOT NULL
    UNION ALL
    SELECT NULL, 'sharing' FROM made_customer m JOIN ar.customer_access a ON a.org_id = %(org)s AND a.customer_id = m.id
    WHERE a.reason <> 'owner'
)
SELECT w.run_id, w.what, u.file_name, u.batch_id
FROM in_the_way w LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = w.run_id
ORDER BY w.run_id DESC NULLS FIRST, w.what LIMIT 1
