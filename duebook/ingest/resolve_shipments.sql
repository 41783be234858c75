-- One row per line of a shipments file. Delivered without a date: since the day it was first said.
INSERT INTO pg_temp.resolved_shipment
WITH ranked AS (
    SELECT s.*, COALESCE(s.given, %(fields)s) AS stated, first_value(line) OVER same AS first_line,
           first_value(fingerprint) OVER same AS first_fingerprint
    FROM pg_temp.stage_shipment s
    WHERE file = %(file)s
    WINDOW same AS (PARTITION BY number ORDER BY line)
), found AS (
    SELECT r.line, r.fingerprint, r.first_line, r.first_fingerprint, r.number, r.account_number, c.id AS customer_id, r.shipped_on,
           CASE WHEN 'order_number' = ANY (stated) THEN COALESCE(r.order_number, '') ELSE COALESCE(k.order_number, '') END AS order_number,
           CASE WHEN 'expected_date' = ANY (stated) THEN r.expected_on ELSE k.expected_on END AS expected_on,
           CASE WHEN r.status = 'cancelled' THEN 'cancelled'
                WHEN r.delivered_on IS NOT NULL OR r.status = 'delivered' THEN 'delivered'
                WHEN r.status = 'shipped' OR 'delivered_date' = ANY (stated) THEN 'shipped'
                ELSE COALESCE(k.state, 'shipped') END AS state,
           COALESCE(r.delivered_on, k.delivered_on, %(as_at)s) AS delivered_on,
           CASE WHEN 'carrier' = ANY (stated) THEN COALESCE(r.carrier, '') ELSE COALESCE(k.carrier, '') END AS carrier,
           CASE WHEN 'tracking_number' = ANY (stated) THEN COALESCE(r.tracking, '') ELSE COALESCE(k.tracking, '') END AS tracking,
           COALESCE(r.external_id, k.external_id) AS external_id, COALESCE(r.source_version, k.source_version) AS source_version,
           k AS known, pg_temp.is_stale(r.source_version, k.source_version, %(as_at_given)s, u.as_at) AS stale
    FROM ranked r
    LEFT JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
    LEFT JOIN ar.shipment k ON k.org_id = %(org)s AND k.number = r.number
    LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = k.run_id
), judged AS (
    SELECT f.*, CASE WHEN state = 'delivered' THEN delivered_on END AS arrived_on, CASE
        WHEN line <> first_line AND fingerprint <> first_fingerprint
            THEN ARRAY['shipment_number', number, 'Same shipment as line ' || first_line || ', other content: keep one of the two lines.']
        WHEN customer_id IS NULL THEN ARRAY['account_number', account_number, 'No account of this number is loaded: load it first, or correct the number.']
    END AS wrong
    FROM found f
)
SELECT line,
       CASE WHEN wrong IS NOT NULL THEN 'invalid' WHEN line <> first_line THEN 'repeated' WHEN (known).number IS NULL THEN 'new'
            WHEN stale THEN 'stale'
            WHEN ((known).customer_id, (known).order_number, (known).shipped_on, (known).expected_on, (known).state, (known).delivered_on,
                  (known).carrier, (known).tracking, (known).external_id, (known).source_version)
                 IS NOT DISTINCT FROM (customer_id, order_number, shipped_on, expected_on, state, arrived_on, carrier, tracking, external_id, source_version)
                THEN 'unchanged' ELSE 'changed' END,
       wrong[1], wrong[2], wrong[3], number, customer_id, order_number, shipped_on, expected_on, state, arrived_on, carrier, tracking,
       external_id, source_version
FROM judged
