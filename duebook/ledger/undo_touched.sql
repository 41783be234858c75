-- The accounts that some runs made, and those whose facts they brought or changed, wherever their documents stand and stood.
SELECT id FROM ar.customer WHERE org_id = %(org)s AND run_id = ANY (%(runs)s) UNION
SELECT customer_id FROM ar.document WHERE org_id = %(org)s AND run_id = ANY (%(runs)s)
UNION SELECT d.customer_id FROM ar.document_version v JOIN ar.document d ON d.org_id = %(org)s AND d.id = v.document_id
      WHERE v.org_id = %(org)s AND v.superseded_by = ANY (%(runs)s)
UNION SELECT (facts ->> 'customer_id')::bigint FROM ar.document_version WHERE org_id = %(org)s AND superseded_by = ANY (%(runs)s)
UNION SELECT customer_id FROM ar.allocation WHERE org_id = %(org)s AND run_id = ANY (%(runs)s)
UNION SELECT customer_id FROM ar.settlement WHERE org_id = %(org)s AND run_id = ANY (%(runs)s)
UNION SELECT customer_id FROM ar.dispute WHERE org_id = %(org)s AND run_id = ANY (%(runs)s)
UNION SELECT (before ->> 'customer_id')::bigint FROM ar.ingest_before WHERE org_id = %(org)s AND run_id = ANY (%(runs)s)
      AND before ? 'customer_id'
UNION SELECT key::bigint FROM ar.ingest_before WHERE org_id = %(org)s AND run_id = ANY (%(runs)s) AND table_name = 'customer'
