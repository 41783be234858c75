-- By what a new row may be remembered as gone.
INSERT INTO pg_temp.row_key
SELECT line, unnest(ARRAY[jsonb_build_array('external_id', external_id), jsonb_build_array(kind, number), jsonb_build_array(NULL, number)])::text
FROM pg_temp.resolved_document WHERE action = 'new'
UNION ALL
SELECT line, unnest(ARRAY[jsonb_build_array('external_id', external_id), jsonb_build_array(NULL, account_number)])::text
FROM pg_temp.resolved_account WHERE action = 'new'
UNION ALL
SELECT line, unnest(ARRAY[jsonb_build_array('external_id', s.external_id), jsonb_build_array(s.invoice_number, s.line_number)])::text
FROM pg_temp.resolved_line r JOIN pg_temp.stage_line s USING (line) WHERE action = 'new' AND s.file = %(file)s
UNION ALL
SELECT line, unnest(ARRAY[jsonb_build_array('external_id', s.external_id), jsonb_build_array(s.order_number, s.invoice_number)])::text
FROM pg_temp.resolved_link r JOIN pg_temp.stage_link s USING (line) WHERE action = 'new' AND s.file = %(file)s
UNION ALL
SELECT line, unnest(ARRAY[jsonb_build_array('external_id', external_id), jsonb_build_array(NULL, number)])::text
FROM pg_temp.resolved_shipment WHERE action = 'new'
UNION ALL
SELECT line, unnest(ARRAY[jsonb_build_array('external_id', s.external_id), jsonb_build_array(s.reminded_on, s.invoice_number),
                          jsonb_build_array(NULL, s.invoice_number)])::text
FROM pg_temp.resolved_reminder r JOIN pg_temp.stage_reminder s USING (line) WHERE action = 'new' AND s.file = %(file)s
UNION ALL
SELECT line, unnest(ARRAY[jsonb_build_array('external_id', s.external_id), jsonb_build_array(s.counted_on, s.account_number, s.item),
                          jsonb_build_array(NULL, s.account_number, s.item)])::text
FROM pg_temp.resolved_stock r JOIN pg_temp.stage_stock s USING (line) WHERE action = 'new' AND s.file = %(file)s
UNION ALL
SELECT line, unnest(ARRAY[jsonb_build_array('external_id', s.external_id), jsonb_build_array(s.dated_on, s.source_number, s.invoice_number),
                          jsonb_build_array(NULL, s.source_number, s.invoice_number)])::text
FROM pg_temp.resolved_allocation r JOIN pg_temp.stage_allocation s USING (line) WHERE action = 'new' AND s.file = %(file)s
