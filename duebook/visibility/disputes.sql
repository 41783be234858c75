-- DISPUTES: who may raise, answer, end and open them again. Nobody writes their tables but these functions, which run as
-- duebook_guard: who and when are stamped, not believed. What is not there and what is somebody else's look the same
-- (P0002); what cannot be done is 22023 with a word for it. Re-applied on each migrate, after guard.sql.

-- Who calls, on which day of the organisation; refused without a viewer who is still of that kind.
CREATE OR REPLACE FUNCTION guard.caller(OUT org_id bigint, OUT person_id bigint, OUT kind text, OUT name text, OUT today date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT v.org_id, v.person_id, v.kind INTO org_id, person_id, kind FROM guard.verified_viewer() v;
    IF org_id IS NULL OR guard.kind_of(org_id, person_id) IS DISTINCT FROM kind
       OR kind NOT IN ('admin', 'member', 'member_all', 'client') THEN
        RAISE insufficient_privilege USING MESSAGE = 'this needs a viewer';
    END IF;
    SELECT p.name INTO name FROM ar.person p WHERE p.org_id = caller.org_id AND p.id = caller.person_id;
    SELECT COALESCE(o.today_fixed, (now() AT TIME ZONE o.timezone)::date) INTO today FROM ar.org o WHERE o.org_id = caller.org_id;
END $$;

-- Does this viewer see this customer? The same rule as the policies', asked once for each act.
CREATE OR REPLACE FUNCTION guard.reaches(org bigint, person bigint, kind text, customer bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE kind
        WHEN 'admin' THEN true
        WHEN 'member_all' THEN true
        WHEN 'member' THEN EXISTS (SELECT FROM ar.customer_access a WHERE a.org_id = org AND a.customer_id = customer
                                   AND a.principal_id = ANY (guard.viewer_principals()))
        WHEN 'client' THEN EXISTS (SELECT FROM ar.client_link l WHERE l.org_id = org AND l.customer_id = customer
                                   AND l.person_id = person)
        ELSE false END
$$;

-- May the viewer dispute, and announce payments, for this customer? Contacts may, unless they may only look.
CREATE OR REPLACE FUNCTION guard.may_dispute(customer bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me record := guard.caller();
BEGIN
    RETURN guard.reaches(me.org_id, me.person_id, me.kind, customer)
        AND (me.kind <> 'client' OR customer = ANY (guard.disputing_customers()));
END $$;

-- So many hours of business days later: a business day has 24 of them, weekends none.
CREATE OR REPLACE FUNCTION guard.business_due(begins timestamptz, hours bigint, zone text, weekend text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    idle bigint[] := CASE weekend WHEN 'sat-sun' THEN '{6,7}' WHEN 'fri-sat' THEN '{5,6}' ELSE '{}' END::bigint[];
    at   timestamp := begins AT TIME ZONE zone;
    rest interval := make_interval(hours => hours::int);
    till interval;
BEGIN
    LOOP
        till := date_trunc('day', at) + interval '1 day' - at;
        IF extract(isodow FROM at) <> ALL (idle) THEN
            IF rest <= till THEN
                RETURN (at + rest) AT TIME ZONE zone;
            END IF;
            rest := rest - till;
        END IF;
        at := at + till;
    END LOOP;
END $$;

-- What is open of a document on a day, and what of it nobody disputes yet.
CREATE OR REPLACE FUNCTION guard.disputable(org bigint, document bigint, today date, OUT balance bigint, OUT free bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH item AS (
        SELECT d.amount - COALESCE((SELECT sum(a.amount) FROM ar.allocation a WHERE a.org_id = org AND a.charge_id = d.id
                                    AND a.effective_on <= today AND a.ended_on > today), 0) AS left_over
        FROM ar.document d
        WHERE d.org_id = org AND d.id = document AND d.ages AND d.issue_date <= today
          AND (d.state = 'sent' OR d.state = 'void' AND d.void_on > today)
    ), said AS (
        SELECT COALESCE(sum(COALESCE(p.amount, i.left_over)), 0) AS claimed
        FROM ar.dispute p CROSS JOIN item i
        WHERE p.org_id = org AND p.document_id = document AND p.opened_on <= today AND p.ended_on > today
    )
    SELECT i.left_over::bigint, GREATEST(i.left_over - s.claimed, 0)::bigint FROM item i CROSS JOIN said s
$$;

-- Of an invoice the viewer sees: its balance and what of it may be disputed today; nothing for any other.
CREATE OR REPLACE FUNCTION guard.may_be_disputed(about bigint, OUT balance bigint, OUT free bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me    record := guard.caller();
    whose bigint;
BEGIN
    SELECT d.customer_id INTO whose FROM ar.document d WHERE d.org_id = me.org_id AND d.id = about AND d.state <> 'draft';
    IF guard.reaches(me.org_id, me.person_id, me.kind, whose) AND whose IS NOT NULL THEN
        SELECT p.balance, p.free INTO balance, free FROM guard.disputable(me.org_id, about, me.today) p;
    END IF;
END $$;

-- From now on so much of a document counts as disputed, in the ledger and in what is kept of it per day.
CREATE OR REPLACE FUNCTION guard.begin_dispute(org bigint, about bigint, customer bigint, today date, wanted bigint, why text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    begun bigint;
BEGIN
    INSERT INTO ar.dispute (org_id, customer_id, document_id, opened_on, amount, reason, origin)
    VALUES (org, customer, about, today, wanted, why, 'person') RETURNING id INTO begun;
    PERFORM guard.reckon_disputes(org, customer);
    RETURN begun;
END $$;

CREATE OR REPLACE FUNCTION guard.reckon_disputes(org bigint, customer bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE $query${end_disputes}$query$ USING org, ARRAY[customer];
    PERFORM rollup.refresh(ARRAY[customer]);
END $$;

-- Work of the organisation's own: letters go to people whom the caller may not look up.
CREATE OR REPLACE FUNCTION guard.order_as_house(org bigint, task text, args jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ordered bigint;
BEGIN
    INSERT INTO ar.job (org_id, person_id, kind, task, args)
    SELECT org, m.person_id, 'admin', task, args FROM ar.membership m
    WHERE m.org_id = org AND m.role = 'console' AND m.active ORDER BY m.person_id LIMIT 1 RETURNING id INTO ordered;
    IF ordered IS NOT NULL THEN
        PERFORM queue.defer('run', jsonb_build_object('job', ordered), NULL, 'work');
    END IF;
END $$;

-- A message in a case, in the caller's name, and a letter to the other side.
CREATE OR REPLACE FUNCTION guard.write_message(about ar.dispute_case, act text, outcome text, words text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me      record := guard.caller();
    written bigint;
BEGIN
    INSERT INTO ar.dispute_message (org_id, case_id, customer_id, person_id, author, by_client, act, outcome, body, written_at)
    VALUES (about.org_id, about.id, about.customer_id, me.person_id, me.name, me.kind = 'client', act, outcome,
            COALESCE(words, ''), clock_timestamp()) RETURNING id INTO written;
    PERFORM guard.order_as_house(about.org_id, 'tell_dispute', jsonb_build_object('message', written));
    RETURN written;
END $$;

-- A case the caller may act on, held until the transaction ends.
CREATE OR REPLACE FUNCTION guard.hold_case(about bigint) RETURNS ar.dispute_case
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    held ar.dispute_case;
BEGIN
    PERFORM pg_advisory_xact_lock(7238524, me.org_id::int);  -- as ledger/posting.hold(): before any row
    SELECT * INTO held FROM ar.dispute_case c WHERE c.org_id = me.org_id AND c.id = about FOR UPDATE;
    IF held.id IS NULL OR NOT guard.reaches(me.org_id, me.person_id, me.kind, held.customer_id)
       OR me.kind = 'client' AND held.raised_for <> held.customer_id
       OR me.kind = 'client' AND (SELECT d.state = 'draft' FROM ar.document d WHERE d.org_id = me.org_id AND d.id = held.document_id) THEN
        RAISE no_data_found USING MESSAGE = 'there is no such dispute';
    END IF;
    IF NOT guard.may_dispute(held.customer_id) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'may only look';
    END IF;
    RETURN held;
END $$;

CREATE OR REPLACE FUNCTION guard.raise_dispute(about bigint, wanted bigint, chosen text[], why text, words text, origin text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me    record := guard.caller();
    house ar.org;
    doc   ar.document;
    free  bigint;
    claim bigint := wanted;
    begun bigint;
    made  ar.dispute_case;
    now_  timestamptz := clock_timestamp();
BEGIN
    PERFORM pg_advisory_xact_lock(7238524, me.org_id::int);  -- as ledger/posting.hold(): before any row
    SELECT * INTO doc FROM ar.document d WHERE d.org_id = me.org_id AND d.id = about AND d.class = 'charge' AND d.state <> 'draft';
    IF doc.id IS NULL OR NOT guard.reaches(me.org_id, me.person_id, me.kind, doc.customer_id) THEN
        RAISE no_data_found USING MESSAGE = 'there is no such invoice';
    END IF;
    SELECT * INTO house FROM ar.org o WHERE o.org_id = me.org_id;
    SELECT p.free INTO free FROM guard.disputable(me.org_id, about, me.today) p;
    IF NOT guard.may_dispute(doc.customer_id) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'may only look';
    ELSIF why IS NULL OR why <> ALL (house.dispute_reasons) THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no such reason';
    ELSIF COALESCE(free, 0) <= 0 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'nothing to dispute';
    ELSIF me.kind = 'client' AND (SELECT count(*) FROM ar.dispute_case c WHERE c.org_id = me.org_id AND c.customer_id = doc.customer_id
                                  AND c.by_client AND c.raised_at > now_ - interval '1 day') >= 100 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'enough for a day';
    END IF;
    IF cardinality(chosen) > 0 THEN
        IF (SELECT count(*) FROM ar.document_line l WHERE l.org_id = me.org_id AND l.document_id = about
            AND l.line_number = ANY (chosen)) <> cardinality(chosen) THEN
            RAISE invalid_parameter_value USING MESSAGE = 'no such line';
        END IF;
        -- Lines may be without tax and the invoice paid in part: never more than is left.
        SELECT LEAST(sum(l.amount), free) INTO claim FROM ar.document_line l
        WHERE l.org_id = me.org_id AND l.document_id = about AND l.line_number = ANY (chosen);
    END IF;
    IF claim <= 0 OR claim > free THEN
        RAISE invalid_parameter_value USING MESSAGE = 'too much';
    END IF;
    -- The whole of what is left is the whole, unless others dispute a part of it.
    IF claim IS NULL AND free < (SELECT p.balance FROM guard.disputable(me.org_id, about, me.today) p) THEN
        claim := free;
    END IF;
    begun := guard.begin_dispute(me.org_id, about, doc.customer_id, me.today, claim, why);
    INSERT INTO ar.dispute_case (org_id, customer_id, raised_for, document_id, dispute_id, amount, lines, reason, person_id, by_client,
                                 raised_at, answer_due_at, resolve_due_at, changed_at)
    VALUES (me.org_id, doc.customer_id, doc.customer_id, about, begun, claim, COALESCE(chosen, '{}'), why, me.person_id, me.kind = 'client', now_,
            guard.business_due(now_, house.dispute_answer_hours, house.timezone, house.weekend),
            guard.business_due(now_, house.dispute_days * 24, house.timezone, house.weekend), now_) RETURNING * INTO made;
    PERFORM guard.write_message(made, 'raised', NULL, words);
    PERFORM guard.record('dispute raised', jsonb_build_object('dispute', made.id, 'customer', doc.customer_id,
                         'number', doc.number, 'reason', why), origin);
    RETURN made.id;
END $$;

-- The message's id.
CREATE OR REPLACE FUNCTION guard.answer_dispute(about bigint, words text, origin text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    held ar.dispute_case := guard.hold_case(about);
BEGIN
    IF held.state = 'closed' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'closed';
    ELSIF COALESCE(words, '') = '' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no words';
    END IF;
    UPDATE ar.dispute_case c SET changed_at = clock_timestamp(),
        state = CASE WHEN me.kind = 'client' THEN 'open' ELSE 'answered' END,
        answered_at = COALESCE(c.answered_at, CASE WHEN me.kind <> 'client' THEN clock_timestamp() END)
    WHERE c.org_id = held.org_id AND c.id = held.id;
    PERFORM guard.record('dispute answered', jsonb_build_object('dispute', about, 'customer', held.customer_id), origin);
    RETURN guard.write_message(held, 'answered', NULL, words);
END $$;

-- Ends a dispute today: a client may withdraw it, the people who work here say what came of it. The message's id.
CREATE OR REPLACE FUNCTION guard.close_dispute(about bigint, came_of_it text, words text, origin text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    held ar.dispute_case := guard.hold_case(about);
BEGIN
    IF came_of_it IS NULL OR came_of_it <> ALL (CASE me.kind WHEN 'client' THEN '{withdrawn}'::text[]
                                                ELSE '{stands,credited,reissued,voided}' END) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this outcome is not the viewer''s to say';
    ELSIF held.state = 'closed' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'closed';
    ELSIF me.kind <> 'client' AND COALESCE(words, '') = '' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no words';
    END IF;
    UPDATE ar.dispute p SET resolved_on = GREATEST(me.today, p.opened_on), ended_on = LEAST(p.ended_on, GREATEST(me.today, p.opened_on))
    WHERE p.org_id = held.org_id AND p.id = held.dispute_id AND p.resolved_on IS NULL;
    PERFORM guard.reckon_disputes(held.org_id, held.customer_id);
    UPDATE ar.dispute_case c SET state = 'closed', outcome = came_of_it, closed_at = clock_timestamp(), changed_at = clock_timestamp(),
        answered_at = COALESCE(c.answered_at, CASE WHEN me.kind <> 'client' THEN clock_timestamp() END)
    WHERE c.org_id = held.org_id AND c.id = held.id;
    PERFORM guard.record('dispute closed', jsonb_build_object('dispute', about, 'customer', held.customer_id,
                         'outcome', came_of_it), origin);
    RETURN guard.write_message(held, 'closed', came_of_it, words);
END $$;

-- The same amount is disputed again from today, as far as it is still open.
CREATE OR REPLACE FUNCTION guard.reopen_dispute(about bigint, words text, origin text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me    record := guard.caller();
    held  ar.dispute_case := guard.hold_case(about);
    house ar.org;
    left_ record;
    begun bigint;
    now_  timestamptz := clock_timestamp();
BEGIN
    SELECT * INTO house FROM ar.org o WHERE o.org_id = me.org_id;
    SELECT p.balance, p.free INTO left_ FROM guard.disputable(me.org_id, held.document_id, me.today) p;
    IF held.state <> 'closed' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'not closed';
    ELSIF COALESCE(words, '') = '' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'no words';
    ELSIF COALESCE(left_.free, 0) <= 0 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'nothing to dispute';
    END IF;
    begun := guard.begin_dispute(me.org_id, held.document_id, held.customer_id, me.today,
        CASE WHEN held.amount IS NULL AND left_.free = left_.balance THEN NULL
             ELSE LEAST(COALESCE(held.amount, left_.free), left_.free) END, held.reason);
    UPDATE ar.dispute_case c SET state = 'open', outcome = NULL, closed_at = NULL, dispute_id = begun, changed_at = now_,
        answered_at = CASE WHEN me.kind <> 'client' THEN now_ END,
        answer_due_at = guard.business_due(now_, house.dispute_answer_hours, house.timezone, house.weekend),
        resolve_due_at = guard.business_due(now_, house.dispute_days * 24, house.timezone, house.weekend)
    WHERE c.org_id = held.org_id AND c.id = held.id;
    PERFORM guard.record('dispute reopened', jsonb_build_object('dispute', about, 'customer', held.customer_id), origin);
    RETURN guard.write_message(held, 'reopened', NULL, words);
END $$;

-- A file beside a message of one's own, sealed by the application. Its id.
CREATE OR REPLACE FUNCTION guard.attach_to_dispute(message bigint, called text, type text, size bigint, digest text, sealed bytea)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me   record := guard.caller();
    said ar.dispute_message;
    kept bigint;
BEGIN
    SELECT * INTO said FROM ar.dispute_message m WHERE m.org_id = me.org_id AND m.id = message AND m.person_id = me.person_id;
    IF said.id IS NULL OR NOT guard.may_dispute(said.customer_id) OR me.kind = 'client' AND EXISTS (
        SELECT FROM ar.dispute_case c WHERE c.org_id = me.org_id AND c.id = said.case_id AND c.raised_for <> c.customer_id) THEN
        RAISE no_data_found USING MESSAGE = 'there is no such message';
    END IF;
    PERFORM FROM ar.dispute_case c WHERE c.org_id = me.org_id AND c.id = said.case_id FOR UPDATE;
    IF (SELECT count(*) FROM ar.dispute_file f WHERE f.org_id = me.org_id AND f.case_id = said.case_id) >= 20
       OR octet_length(sealed) > 16000000 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'too many files';
    ELSIF me.kind = 'client' AND (
        SELECT count(*) FROM ar.dispute_file f JOIN ar.dispute_message m ON m.org_id = me.org_id AND m.id = f.message_id
        WHERE f.org_id = me.org_id AND f.customer_id = said.customer_id AND m.by_client
          AND m.written_at > clock_timestamp() - interval '1 day') >= 100 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'enough files for a day';
    END IF;
    INSERT INTO ar.dispute_file (org_id, case_id, message_id, customer_id, file_name, media_type, size_bytes, sha256, content)
    VALUES (me.org_id, said.case_id, said.id, said.customer_id, called, type, size, digest, sealed) RETURNING id INTO kept;
    RETURN kept;
END $$;

-- Whom a message concerns on the other side: of the organisation the owner and those who spoke, else its admins; of the
-- customer those who spoke, else all who sign in for it, unless the invoice has moved to another. For the worker's letters, as the house.
CREATE OR REPLACE FUNCTION guard.dispute_readers(message bigint)
RETURNS TABLE (email text, name text, language text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me   record := guard.caller();
    said ar.dispute_message;
BEGIN
    SELECT * INTO said FROM ar.dispute_message m WHERE m.org_id = me.org_id AND m.id = message;
    IF me.kind = 'admin' AND said.id IS NOT NULL AND (said.by_client OR EXISTS (
        SELECT FROM ar.dispute_case c WHERE c.org_id = me.org_id AND c.id = said.case_id AND c.raised_for = c.customer_id)) THEN
        RETURN QUERY SELECT * FROM guard.other_side(said.org_id, said.customer_id, said.by_client, ARRAY(
            SELECT m.person_id FROM ar.dispute_message m WHERE m.org_id = said.org_id AND m.case_id = said.case_id));
    END IF;
END $$;

-- The people on the other side than a client's, or than the organisation's.
CREATE OR REPLACE FUNCTION guard.other_side(org bigint, customer bigint, by_client boolean, spoke bigint[])
RETURNS TABLE (email text, name text, language text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH working AS (
        SELECT p.id, p.email, p.name, guard.kind_of(org, p.id) AS kind
        FROM ar.membership m JOIN ar.person p ON p.org_id = m.org_id AND p.id = m.person_id
        WHERE m.org_id = org AND m.active AND m.role IN ('admin', 'member', 'client')
    ), staff AS (
        SELECT w.*, w.id = ANY (spoke) OR w.id = (SELECT i.owner_id FROM ar.customer_internal i
                                                  WHERE i.org_id = org AND i.customer_id = customer) AS concerned
        FROM working w
        WHERE by_client AND (w.kind IN ('admin', 'member_all') OR w.kind = 'member' AND EXISTS (
            SELECT FROM ar.customer_access a WHERE a.org_id = org AND a.customer_id = customer AND (a.principal_id = w.id
            OR EXISTS (SELECT FROM ar.team_member t WHERE t.org_id = org AND t.team_id = a.principal_id AND t.person_id = w.id))))
    ), contacts AS (
        SELECT w.*, w.id = ANY (spoke) AS concerned FROM working w
        WHERE NOT by_client AND w.kind = 'client' AND EXISTS (
            SELECT FROM ar.client_link l WHERE l.org_id = org AND l.customer_id = customer AND l.person_id = w.id)
    ), told AS (
        SELECT * FROM staff WHERE concerned OR kind = 'admin' AND NOT EXISTS (SELECT FROM staff WHERE concerned)
        UNION ALL SELECT * FROM contacts WHERE concerned OR NOT EXISTS (SELECT FROM contacts WHERE concerned)
    )
    SELECT t.email, t.name, COALESCE((SELECT i.language FROM ar.invitation i WHERE i.org_id = org AND i.accepted_by = t.id
                                      ORDER BY i.accepted_at DESC LIMIT 1), o.language)
    FROM told t JOIN ar.org o ON o.org_id = org WHERE t.email <> '' ORDER BY t.id
$$;
