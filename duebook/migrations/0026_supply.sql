-- What sources may tell beside money: what was sent to an account, and what is kept for it. No amount rests on them.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
CREATE TABLE ar.shipment (
    org_id         bigint NOT NULL,
    number         text COLLATE "C" NOT NULL,
    customer_id    bigint NOT NULL,
    order_number   text COLLATE "C" NOT NULL,
    shipped_on     date NOT NULL,
    expected_on    date,
    state          text COLLATE "C" NOT NULL CHECK (state IN ('shipped', 'delivered', 'cancelled')),
    delivered_on   date,
    carrier        text NOT NULL,
    tracking       text NOT NULL,
    external_id    text COLLATE "C",
    source_version text COLLATE "C",
    run_id         bigint,
    PRIMARY KEY (org_id, number),
    CHECK ((state = 'delivered') = (delivered_on IS NOT NULL)),
    FOREIGN KEY (org_id, customer_id) REFERENCES ar.customer
);
CREATE INDEX shipment_customer ON ar.shipment (org_id, customer_id, shipped_on, number);
CREATE INDEX shipment_external ON ar.shipment (org_id, external_id) WHERE external_id IS NOT NULL;

-- How much of an item there was on a day: past days keep what was told of them.
CREATE TABLE ar.stock (
    org_id         bigint NOT NULL,
    customer_id    bigint NOT NULL,
    item           text COLLATE "C" NOT NULL,
    counted_on     date NOT NULL,
    quantity       numeric NOT NULL,
    description    text NOT NULL,
    unit           text NOT NULL,
    external_id    text COLLATE "C",
    source_version text COLLATE "C",
    run_id         bigint,
    PRIMARY KEY (org_id, customer_id, item, counted_on),
    FOREIGN KEY (org_id, customer_id) REFERENCES ar.customer
);
CREATE INDEX stock_external ON ar.stock (org_id, external_id) WHERE external_id IS NOT NULL;

-- Which orders of one account are open rests on its links.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX order_link_customer ON ar.order_link (org_id, customer_id);

-- Texts have no statistics that a plan could tell of.
ALTER TABLE ar.shipment ALTER COLUMN number SET STATISTICS 0, ALTER COLUMN order_number SET STATISTICS 0,
    ALTER COLUMN state SET STATISTICS 0, ALTER COLUMN carrier SET STATISTICS 0, ALTER COLUMN tracking SET STATISTICS 0, ALTER COLUMN external_id SET STATISTICS 0,
    ALTER COLUMN source_version SET STATISTICS 0;
ALTER TABLE ar.stock ALTER COLUMN item SET STATISTICS 0, ALTER COLUMN description SET STATISTICS 0,
    ALTER COLUMN unit SET STATISTICS 0, ALTER COLUMN external_id SET STATISTICS 0, ALTER COLUMN source_version SET STATISTICS 0;

-- An announced payment may be matched with a receipt of the books.
-- squawk-ignore ban-drop-constraint
ALTER TABLE ar.portal_payment_event DROP CONSTRAINT portal_payment_event_act_check;
ALTER TABLE ar.portal_payment_event ADD CONSTRAINT portal_payment_event_act_check
    CHECK (act IN ('announced', 'amended', 'matched', 'pending', 'settled', 'frozen', 'terminated', 'disputed')) NOT VALID;
