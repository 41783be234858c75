-- ANNOUNCED PAYMENTS: nobody writes their tables but these functions, which run as duebook_guard; the rules are those of
-- disputes.sql. What a settled payment becomes in the ledger is posted by ledger/portal_payments.py.

-- The invoices a payment is for: each open, of the payment's account and currency, none twice, none beyond its balance,
-- together not more than the payment.
CREATE OR REPLACE FUNCTION guard.write_parts(org bigint, about bigint, today date, documents bigint[], parts bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    paid ar.portal_payment;
BEGIN
    SELECT * INTO paid FROM ar.portal_payment p WHERE p.org_id = org AND p.id = about;
    IF cardinality(documents) IS DISTINCT FROM cardinality(parts) OR EXISTS (SELECT FROM unnest(parts) AS n (part) WHERE part <= 0)
       OR cardinality(documents) <> (SELECT count(DISTINCT n.id) FROM unnest(documents) AS n (id)) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'parts unclear';
    ELSIF (SELECT sum(part) FROM unnest(parts) AS n (part)) > paid.amount THEN
        RAISE invalid_parameter_value USING MESSAGE = 'parts exceed the payment';
    ELSIF EXISTS (
        SELECT FROM unnest(documents) AS n (id) LEFT JOIN ar.document d ON d.org_id = org AND d.id = n.id
            AND d.customer_id = paid.customer_id AND d.currency = paid.currency AND d.class = 'charge' AND d.state <> 'draft'
        WHERE d.id IS NULL) THEN
        RAISE no_data_found USING MESSAGE = 'there is no such invoice';
    ELSIF EXISTS (
        SELECT FROM unnest(documents, parts) AS n (id, part) JOIN ar.document d ON d.org_id = org AND d.id = n.id
        WHERE n.part > d.amount - COALESCE((SELECT sum(a.amount) FROM ar.allocation a WHERE a.org_id = org
              AND a.charge_id = d.id AND a.effective_on <= today AND a.ended_on > today), 0)) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'more than is open';
    END IF;
    DELETE FROM ar.portal_payment_part p WHERE p.org_id = org AND p.payment_id = about;
    INSERT INTO ar.portal_payment_part (org_id, payment_id, document_id, customer_id, currency, amount)
    SELECT org, about, n.id, paid.customer_id, paid.currency, n.part FROM unnest(documents, parts) AS n (id, part);
END $$;

-- What was done with a payment, in the caller's name, with what it says now; and a letter to the other side.
CREATE OR REPLACE FUNCTION guard.write_event(org bigint, about bigint, act text, words text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me      record := guard.caller();
    paid    ar.portal_payment;
    written bigint;
BEGIN
    SELECT * INTO paid FROM ar.portal_payment p WHERE p.org_id = org AND p.id = about;
    INSERT INTO ar.portal_payment_event (org_id, payment_id, customer_id, person_id, author, by_client, act, said, body, written_at)
    VALUES (org, about, paid.customer_id, me.person_id, me.name, me.kind = 'client', act, jsonb_build_object(
        'amount', paid.amount, 'currency', paid.currency, 'pay_on', paid.pay_on, 'settled_on', paid.settled_on, 'parts',
        (SELECT jsonb_object_agg(d.number, p.amount) FROM ar.portal_payment_part p
         JOIN ar.document d ON d.org_id = p.org_id AND d.id = p.document_id WHERE p.org_id = org AND p.payment_id = about)),
        COALESCE(words, ''), clock_timestamp()) RETURNING id INTO written;
    PERFORM guard.order_as_house(org, 'tell_payment', jsonb_build_object('event', written));
END $$;

CREATE OR REPLACE FUNCTION guard.hold_payment(about bigint) RETURNS ar.portal_payment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    held ar.portal_payment;
BEGIN
    PERFORM pg_advisory_xact_lock(7238524, me.org_id::int);  -- as ledger/posting.hold(): before any row
    SELECT * INTO held FROM ar.portal_payment p WHERE p.org_id = me.org_id AND p.id = about FOR UPDATE;
    IF held.id IS NULL OR NOT guard.reaches(me.org_id, me.person_id, me.kind, held.customer_id) THEN
        RAISE no_data_found USING MESSAGE = 'there is no such payment';
    ELSIF NOT guard.may_dispute(held.customer_id) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'may only look';
    END IF;
    RETURN held;
END $$;

CREATE OR REPLACE FUNCTION guard.announce_payment(customer bigint, money text, paid bigint, how text, reference text, pay_on date,
                                                  documents bigint[], parts bigint[], words text, origin text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    made bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7238524, me.org_id::int);  -- as ledger/posting.hold(): before any row
    IF NOT guard.reaches(me.org_id, me.person_id, me.kind, customer)
       OR NOT EXISTS (SELECT FROM ar.customer c WHERE c.org_id = me.org_id AND c.id = customer) THEN
        RAISE no_data_found USING MESSAGE = 'there is no such account';
    ELSIF NOT guard.may_dispute(customer) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'may only look';
    ELSIF paid IS NULL OR paid <= 0 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no amount';
    ELSIF pay_on IS NULL OR abs(pay_on - me.today) > 366 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no such day';
    ELSIF me.kind = 'client' AND (SELECT count(*) FROM ar.portal_payment p WHERE p.org_id = me.org_id AND p.customer_id = customer
                                  AND p.by_client AND p.announced_at > clock_timestamp() - interval '1 day') >= 100 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'enough for a day';
    ELSIF EXISTS (  -- a form sent twice: each would become a receipt
        SELECT FROM ar.portal_payment p
        WHERE p.org_id = me.org_id AND p.customer_id = customer AND p.state IN ('pending', 'frozen')
          AND (p.currency, p.amount, p.method, p.reference, p.pay_on)
              = (money, paid, how, COALESCE(announce_payment.reference, ''), announce_payment.pay_on)
          AND (SELECT count(*) FROM ar.portal_payment_part t WHERE t.org_id = p.org_id AND t.payment_id = p.id)
              = COALESCE(cardinality(documents), 0)
          AND NOT EXISTS (SELECT n.id, n.part FROM unnest(documents, parts) AS n (id, part) EXCEPT
                          SELECT t.document_id, t.amount FROM ar.portal_payment_part t
                          WHERE t.org_id = p.org_id AND t.payment_id = p.id)) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'announced already';
    END IF;
    INSERT INTO ar.portal_payment (org_id, customer_id, currency, amount, method, reference, pay_on, person_id, by_client,
                                   announced_at, changed_at)
    VALUES (me.org_id, customer, money, paid, how, COALESCE(reference, ''), pay_on, me.person_id, me.kind = 'client',
            clock_timestamp(), clock_timestamp()) RETURNING id INTO made;
    PERFORM guard.write_parts(me.org_id, made, me.today, documents, parts);
    PERFORM guard.write_event(me.org_id, made, 'announced', words);
    PERFORM guard.record('payment announced', jsonb_build_object('payment', made, 'customer', customer), origin);
    RETURN made;
END $$;

-- By the people who work here, while it has not settled.
CREATE OR REPLACE FUNCTION guard.amend_payment(about bigint, paid bigint, day date, documents bigint[], parts bigint[], words text, origin text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    held ar.portal_payment := guard.hold_payment(about);
BEGIN
    IF me.kind = 'client' THEN
        RAISE insufficient_privilege USING MESSAGE = 'a client announces another payment instead';
    ELSIF held.state NOT IN ('pending', 'frozen') THEN
        RAISE invalid_parameter_value USING MESSAGE = 'not waiting';
    ELSIF paid IS NULL OR paid <= 0 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no amount';
    ELSIF day IS NULL OR abs(day - me.today) > 366 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no such day';
    END IF;
    UPDATE ar.portal_payment p SET amount = paid, pay_on = day, changed_at = clock_timestamp()
    WHERE p.org_id = held.org_id AND p.id = held.id;
    PERFORM guard.write_parts(held.org_id, held.id, me.today, documents, parts);
    PERFORM guard.write_event(held.org_id, held.id, 'amended', words);
    PERFORM guard.record('payment amended', jsonb_build_object('payment', about, 'customer', held.customer_id), origin);
END $$;

-- To another state: a client may only take back what has not settled.
CREATE OR REPLACE FUNCTION guard.move_payment(about bigint, wanted text, day date, words text, origin text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    held ar.portal_payment := guard.hold_payment(about);
BEGIN
    IF wanted IS NULL OR (held.state, wanted) NOT IN (
            ('pending', 'settled'), ('pending', 'frozen'), ('pending', 'terminated'),
            ('frozen', 'pending'), ('frozen', 'settled'), ('frozen', 'terminated'),
            ('settled', 'disputed'), ('settled', 'terminated'), ('disputed', 'settled'), ('disputed', 'terminated')) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no such step';
    ELSIF me.kind = 'client' AND wanted <> 'terminated' THEN
        RAISE insufficient_privilege USING MESSAGE = 'a client may only take a payment back';
    ELSIF me.kind = 'client' AND held.state NOT IN ('pending', 'frozen') THEN  -- it has settled meanwhile
        RAISE invalid_parameter_value USING MESSAGE = 'no such step';
    ELSIF wanted = 'settled' AND (day IS NULL OR day > me.today) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no such day';
    END IF;
    UPDATE ar.portal_payment p SET state = wanted, settled_on = CASE WHEN wanted = 'settled' THEN day ELSE p.settled_on END,
        changed_at = clock_timestamp() WHERE p.org_id = held.org_id AND p.id = held.id;
    PERFORM guard.write_event(held.org_id, held.id, wanted, words);
    PERFORM guard.record('payment ' || wanted, jsonb_build_object('payment', about, 'customer', held.customer_id), origin);
END $$;

-- A receipt of the books is this payment: by the people who work here. It is the payment's account's, live, and no other
-- payment's. What was posted for the payment before is taken back by ledger/portal_payments.py.
CREATE OR REPLACE FUNCTION guard.match_payment(about bigint, receipt bigint, words text, origin text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me    record := guard.caller();
    held  ar.portal_payment := guard.hold_payment(about);
    found date;
BEGIN
    IF me.kind = 'client' THEN
        RAISE insufficient_privilege USING MESSAGE = 'the people who work here say which receipt it is';
    ELSIF held.state NOT IN ('pending', 'frozen', 'settled') OR held.receipt_id = receipt AND held.state = 'settled' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no such step';
    END IF;
    SELECT d.issue_date INTO found FROM ar.document d
    WHERE d.org_id = held.org_id AND d.id = receipt AND d.class = 'receipt' AND d.customer_id = held.customer_id
      AND d.currency = held.currency AND d.state = 'sent' AND d.settles_id IS NULL AND d.issue_date <= me.today
      AND NOT EXISTS (SELECT FROM ar.portal_payment p WHERE p.org_id = d.org_id AND p.receipt_id = d.id);
    IF found IS NULL THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no such receipt';
    END IF;
    UPDATE ar.portal_payment p SET state = 'settled', settled_on = found, receipt_id = receipt, changed_at = clock_timestamp()
    WHERE p.org_id = held.org_id AND p.id = held.id;
    PERFORM guard.write_event(held.org_id, held.id, 'matched', words);
    PERFORM guard.record('payment matched', jsonb_build_object('payment', about, 'customer', held.customer_id), origin);
END $$;

-- The receipt that a settled payment is in the ledger. By the house alone.
CREATE OR REPLACE FUNCTION guard.payment_is(about bigint, receipt bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    held ar.portal_payment := guard.hold_payment(about);
BEGIN
    IF me.kind <> 'admin' OR NOT EXISTS (
            SELECT FROM ar.document d WHERE d.org_id = me.org_id AND d.id = receipt AND d.class = 'receipt'
            AND d.customer_id = held.customer_id AND d.currency = held.currency) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this is not the payment''s receipt';
    END IF;
    UPDATE ar.portal_payment p SET receipt_id = receipt WHERE p.org_id = held.org_id AND p.id = held.id;
END $$;

CREATE OR REPLACE FUNCTION guard.payment_readers(event bigint)
RETURNS TABLE (email text, name text, language text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me   record := guard.caller();
    said ar.portal_payment_event;
BEGIN
    SELECT * INTO said FROM ar.portal_payment_event e WHERE e.org_id = me.org_id AND e.id = event;
    IF me.kind = 'admin' AND said.id IS NOT NULL THEN
        RETURN QUERY SELECT * FROM guard.other_side(said.org_id, said.customer_id, said.by_client, ARRAY(
            SELECT e.person_id FROM ar.portal_payment_event e WHERE e.org_id = said.org_id AND e.payment_id = said.payment_id));
    END IF;
END $$;
