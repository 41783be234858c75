-- One organisation's ledger, filled as the owner of the tables with triggers off. Everything follows from numbers:
-- the same world every time. What is derived is written as posting would leave it (`duebook rollups check` holds).
-- %(org)s, %(customers)s, %(documents)s, %(orders)s: how many; %(today)s; three years of history.

CREATE OR REPLACE FUNCTION pg_temp.pick(n bigint, seed bigint, choices bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
AS 'SELECT (hashint8extended(n, seed) & 9223372036854775807) %% choices';

DROP TABLE IF EXISTS pg_temp.account, pg_temp.charge, pg_temp.receipt, pg_temp.first;
CREATE TEMP TABLE first AS
SELECT (SELECT COALESCE(max(id), 0) + 1 FROM ar.customer) AS customer, (SELECT COALESCE(max(id), 0) + 1 FROM ar.document) AS document;

-- Who there is. Account 0 has 12,000 invoices of 5 million; of the last fiftieth of all accounts the first has one, the others none.
CREATE TEMP TABLE account AS
SELECT n, (SELECT customer FROM first) + n AS id, 'C' || lpad(n::text, 6, '0') AS number, w.name, lower(w.name) AS plain,
       CASE WHEN pg_temp.pick(n, 3, 25) = 7 THEN 'EUR' ELSE 'USD' END AS currency,
       (ARRAY[14, 30, 30, 45, 60])[1 + pg_temp.pick(n, 4, 5)] AS terms, pg_temp.pick(n, 5, 10) AS habit  -- 0 to 2: pays whatever is due
FROM generate_series(0::bigint, %(customers)s - 1) AS n, pg_temp.pick(n, 1, 40) AS a, pg_temp.pick(n, 2, 20) AS b, LATERAL (
    SELECT (ARRAY['Alder', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Ginkgo', 'Hazel', 'Ivy', 'Juniper', 'Kestrel', 'Larch', 'Maple',
        'Northgate', 'Oak', 'Poplar', 'Quince', 'Rowan', 'Sycamore', 'Thornbury', 'Upland', 'Vale', 'Willow', 'Yarrow', 'Zephyr', 'Ashford',
        'Brightwater', 'Copperfield', 'Dunmore', 'Eastbrook', 'Fairhaven', 'Granite', 'Harbour', 'Ironbridge', 'Kingsley', 'Lakeside',
        'Meadow', 'Newhall', 'Orchard', 'Pinecrest'])[1 + a] || ' '
        || (ARRAY['Trading', 'Foods', 'Steel', 'Paper', 'Logistics', 'Retail', 'Works', 'Supply', 'Textiles', 'Motors', 'Chemicals', 'Dairy',
        'Glass', 'Hardware', 'Interiors', 'Kitchens', 'Lighting', 'Medical', 'Optics', 'Plastics'])[1 + b] || ' '
        || upper(substr(md5(n::text), 1, 5)) AS name) AS w;

INSERT INTO ar.customer (org_id, id, account_number, name, sort_name, search_text, name_origin, account_type, active, currency,
                         net_terms_days, contact_name, contact_email)
SELECT %(org)s, id, number, name, plain, lower(number) || E'\n' || plain, 'account',
       (ARRAY['Credit', 'Credit', 'Credit', 'Cash', 'Prepaid'])[1 + pg_temp.pick(n, 6, 5)], n %% 20 <> 11, currency, terms,
       CASE WHEN n %% 3 > 0 THEN 'Accounts payable ' || n ELSE '' END, CASE WHEN n %% 3 > 0 THEN 'ap' || n || '@customers.example' ELSE '' END
FROM account ORDER BY n;
INSERT INTO ar.customer_internal (org_id, customer_id, credit_limit)
SELECT %(org)s, id, CASE WHEN pg_temp.pick(n, 8, 10) < 7 THEN (1 + pg_temp.pick(n, 9, 100)) * 100000 END FROM account ORDER BY n;

-- Invoices and a few debit adjustments in the order of their days, and what became of each: paid on the Friday after its
-- customer's habit, in part, by a credit, or not at all.
CREATE TEMP TABLE charge AS
SELECT f.document + s.n AS id, s.n, a.id AS customer_id, a.currency, o.issued, o.issued + a.terms AS due, o.amount,
       CASE WHEN a.habit < 3 OR o.fate < 880 THEN 'paid' WHEN o.fate < 930 THEN 'partial' WHEN o.fate < 940 THEN 'credited' ELSE 'unpaid' END AS fate,
       CASE WHEN o.paid + o.rest <= %(today)s::date THEN o.paid + o.rest END AS paid
FROM first f, generate_series(0::bigint, %(documents)s * 56 / 100 - 1) AS s (n), LATERAL (
    SELECT CASE WHEN s.n = %(documents)s * 28 / 100 THEN %(customers)s * 98 / 100
                WHEN s.n %% 225 = 7 THEN 0
                WHEN pg_temp.pick(s.n, 10, 10) < 3 THEN pg_temp.pick(s.n, 11, %(customers)s / 10)
                ELSE pg_temp.pick(s.n, 12, %(customers)s * 98 / 100) END AS whose) AS w
JOIN account a ON a.n = w.whose, LATERAL (
    SELECT d.issued, (100 + pg_temp.pick(s.n, 13, 9900)) * (ARRAY[10, 10, 30, 30, 100, 300, 1000])[1 + pg_temp.pick(s.n, 14, 7)] AS amount, pg_temp.pick(s.n, 15, 1000) AS fate,
           p.paid, (13 - (p.paid - '2000-01-01'::date) %% 7) %% 7 AS rest
    FROM (SELECT %(today)s::date - 1095 + (s.n * 1096 / (%(documents)s * 56 / 100))::int AS issued) AS d,
         LATERAL (SELECT d.issued + (a.terms + CASE WHEN a.habit < 3 THEN -pg_temp.pick(s.n, 16, 10) ELSE a.habit * 5 - 20 + pg_temp.pick(s.n, 16, 25) END)::int AS paid) AS p
) AS o;

CREATE TEMP TABLE receipt AS
SELECT (SELECT max(id) FROM charge) + row_number() OVER (ORDER BY paid, customer_id) AS id, customer_id, currency, paid, sum(part)::bigint AS amount
FROM (SELECT c.*, CASE c.fate WHEN 'partial' THEN c.amount / 2 ELSE c.amount END AS part FROM charge c WHERE fate IN ('paid', 'partial') AND paid IS NOT NULL) AS s
GROUP BY customer_id, currency, paid;
ANALYZE charge; ANALYZE receipt;

INSERT INTO ar.document (org_id, id, customer_id, kind, class, ages, number, issue_date, due_date, currency, amount, intake, order_number,
                         discount_amount, discount_date, method, closed_date, open_amount, closed_on, first_allocated_on, last_changed_on)
SELECT %(org)s, * FROM (
    SELECT c.id, customer_id, CASE WHEN n %% 60 = 1 THEN 'debit_adjustment' ELSE 'invoice' END, 'charge', n %% 60 <> 1, 'INV-' || lpad(n::text, 8, '0'),
           issued, due, currency, amount, CASE WHEN n %% 60 = 1 THEN 'adjustments' ELSE 'invoices' END, NULL,
           CASE WHEN n %% 9 = 4 THEN amount / 50 END, CASE WHEN n %% 9 = 4 THEN issued + 10 END, NULL, NULL::date,
           CASE WHEN paid IS NULL OR fate = 'unpaid' THEN amount WHEN fate = 'partial' THEN amount - amount / 2 ELSE 0 END,
           CASE WHEN paid IS NOT NULL AND fate IN ('paid', 'credited') THEN paid ELSE 'infinity' END,
           CASE WHEN paid IS NOT NULL AND fate <> 'unpaid' THEN paid ELSE 'infinity' END,
           CASE WHEN paid IS NOT NULL AND fate <> 'unpaid' THEN paid ELSE '-infinity' END
    FROM charge c
    UNION ALL
    SELECT id, customer_id, 'receipt', 'receipt', false, 'PAY-' || lpad(id::text, 9, '0'), paid, NULL, currency, amount, 'payments', NULL, NULL, NULL,
           'Bank transfer', NULL, 0, paid, paid, paid
    FROM receipt
    UNION ALL  -- credits: one for each invoice that was settled so, and one in a hundred on account
    SELECT (SELECT max(id) FROM receipt) + 1 + n, customer_id, 'credit_invoice', 'credit', false, 'CN-' || lpad(n::text, 8, '0'), paid, NULL, currency,
           amount, 'invoices', NULL, NULL, NULL, NULL, NULL, 0, paid, paid, paid
    FROM charge WHERE fate = 'credited' AND paid IS NOT NULL
    UNION ALL
    SELECT (SELECT max(id) FROM receipt) + 1 + n, customer_id, 'receipt', 'receipt', false, 'ONACC-' || lpad(n::text, 8, '0'), LEAST(issued + 20, %(today)s),
           NULL, currency, amount / 3, 'payments', NULL, NULL, NULL, 'Cheque', NULL, amount / 3, 'infinity', 'infinity', '-infinity'
    FROM charge WHERE fate = 'unpaid' AND n %% 3 = 1
    UNION ALL  -- orders: most have been invoiced
    SELECT (SELECT max(id) FROM receipt) + 1 + %(documents)s + j, c.customer_id, 'detail_orders', 'order', false, 'SO-' || lpad(j::text, 8, '0'),
           c.issued - 3 - pg_temp.pick(j, 17, 30)::int, NULL, c.currency, CASE WHEN pg_temp.pick(j, 18, 10) = 0 THEN c.amount * 3 / 2 ELSE c.amount END, 'orders',
           NULL, NULL, NULL, NULL,
           CASE WHEN pg_temp.pick(j, 19, 10) < 8 THEN c.issued + CASE WHEN pg_temp.pick(j, 20, 20) < 17 THEN 0 ELSE 40 END END,
           CASE WHEN pg_temp.pick(j, 18, 10) = 0 THEN c.amount * 3 / 2 ELSE c.amount END, 'infinity', 'infinity', '-infinity'
    FROM generate_series(0::bigint, %(orders)s - 1) AS j JOIN charge c ON c.n = j * (%(documents)s * 56 / 100) / NULLIF(%(orders)s, 0)
) AS d (id, customer_id, kind, class, ages, number, issue_date) ORDER BY issue_date, id;

INSERT INTO ar.allocation (org_id, customer_id, currency, source_id, charge_id, dated_on, stated_amount, amount, effective_on)
SELECT %(org)s, customer_id, currency, source_id, id, paid, part, part, paid FROM (
    SELECT c.*, r.id AS source_id, CASE c.fate WHEN 'partial' THEN c.amount / 2 ELSE c.amount END AS part
    FROM charge c JOIN receipt r ON (r.customer_id, r.currency, r.paid) = (c.customer_id, c.currency, c.paid) WHERE c.fate IN ('paid', 'partial')
    UNION ALL
    SELECT c.*, (SELECT max(id) FROM receipt) + 1 + n, amount FROM charge c WHERE fate = 'credited' AND paid IS NOT NULL
) AS a ORDER BY paid, source_id;

INSERT INTO ar.order_link (org_id, order_id, invoice_id, customer_id, amount)
SELECT %(org)s, (SELECT max(id) FROM receipt) + 1 + %(documents)s + j, c.id, c.customer_id, CASE WHEN j %% 2 = 0 THEN c.amount END
FROM generate_series(0::bigint, %(orders)s - 1) AS j JOIN charge c ON c.n = j * (%(documents)s * 56 / 100) / NULLIF(%(orders)s, 0)
WHERE pg_temp.pick(j, 20, 20) < 17 AND n %% 60 <> 1 ORDER BY 1;

INSERT INTO ar.dispute (org_id, customer_id, document_id, opened_on, amount, reason)
SELECT %(org)s, customer_id, id, LEAST(issued + 12, %(today)s), CASE WHEN n %% 2 = 0 THEN 1 + amount / 4 END, 'Price'
FROM charge WHERE (paid IS NULL OR fate = 'unpaid') AND n %% 60 <> 1 AND pg_temp.pick(n, 21, 50) = 0 ORDER BY n;

INSERT INTO ar.document_line (org_id, document_id, customer_id, line_number, description, amount, quantity, unit_price, status, source_reference)
SELECT %(org)s, c.id, c.customer_id, k::text, 'Item ' || pg_temp.pick(n, 22, 900), CASE k WHEN 1 THEN amount - amount / 3 ELSE amount / 3 END, 1,
       CASE k WHEN 1 THEN amount - amount / 3 ELSE amount / 3 END * 0.01, 'delivered', 'L' || k
FROM charge c, generate_series(1, 2) AS k WHERE n %% 20 = 3 ORDER BY n, k;

-- People: sellers own three accounts of five; three teams see a fiftieth each; clients; invitations that wait or have gone by.
INSERT INTO door.login (id, email, name, password)
SELECT nextval('guard.principal_id_seq'), 'seller' || k || '@' || %(slug)s || '.example', 'Seller ' || k, %(password)s FROM generate_series(0::bigint, %(sellers)s - 1) k
UNION ALL
SELECT nextval('guard.principal_id_seq'), 'client' || k || '@' || %(slug)s || '.example', 'Client ' || k, %(password)s FROM generate_series(0::bigint, %(clients)s - 1) k;
INSERT INTO ar.person (org_id, id, name, email) SELECT %(org)s, id, name, email FROM door.login WHERE email ~ ('^(seller|client)[0-9]+@' || %(slug)s || '\.');
INSERT INTO ar.membership (org_id, person_id, role)
SELECT %(org)s, id, CASE WHEN email ^@ 'client' THEN 'client' ELSE 'member' END FROM ar.person WHERE org_id = %(org)s AND email ~ '^(seller|client)[0-9]+@';
UPDATE ar.customer_internal i SET owner_id = p.id
FROM account a JOIN ar.person p ON p.org_id = %(org)s AND p.email = 'seller' || a.n %% %(sellers)s || '@' || %(slug)s || '.example'
WHERE i.org_id = %(org)s AND i.customer_id = a.id AND a.n %% 5 < 3;
INSERT INTO ar.customer_access (org_id, principal_id, customer_id, reason)
SELECT org_id, owner_id, customer_id, 'owner' FROM ar.customer_internal WHERE org_id = %(org)s AND owner_id IS NOT NULL ORDER BY customer_id;
INSERT INTO ar.team (org_id, name) SELECT %(org)s, 'Team ' || k FROM generate_series(0, 2) k;
INSERT INTO ar.team_member (org_id, team_id, person_id)
SELECT %(org)s, t.id, p.id FROM ar.team t, ar.person p
WHERE t.org_id = %(org)s AND p.org_id = %(org)s AND p.email = 'member@' || %(slug)s || '.example';
INSERT INTO ar.customer_access (org_id, principal_id, customer_id, reason)
SELECT %(org)s, t.id, a.id, 'team share' FROM account a JOIN ar.team t ON t.org_id = %(org)s AND t.name = 'Team ' || (a.n %% 50 - 3)
ORDER BY a.n;
INSERT INTO ar.client_link (org_id, person_id, customer_id)
SELECT %(org)s, p.id, a.id FROM (
    SELECT k, CASE k WHEN 0 THEN 0 WHEN 1 THEN %(customers)s - 1 WHEN 2 THEN %(customers)s * 98 / 100 ELSE k * 3 END AS n
    FROM generate_series(0::bigint, %(clients)s - 1) AS k) AS l
JOIN account a ON a.n = l.n JOIN ar.person p ON p.org_id = %(org)s AND p.email = 'client' || l.k || '@' || %(slug)s || '.example';
INSERT INTO ar.invitation (org_id, email, role, customer_id, invited_by, hash, sent_at, expires_at, declined_at)
SELECT %(org)s, 'ap' || n || '@customers.example', 'client', a.id, (SELECT min(id) FROM ar.person WHERE org_id = %(org)s),
       sha256(convert_to(%(org)s || ' ' || n, 'UTF8')), %(today)s::date - 5, %(today)s::date + CASE WHEN n %% 40 = 17 THEN -1 ELSE 3650 END,
       CASE WHEN n %% 40 = 37 THEN %(today)s::date - 4 END
FROM account a WHERE n %% 20 = 17 AND n %% 3 > 0;
