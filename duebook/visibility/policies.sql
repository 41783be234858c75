-- WHO SEES WHAT, on one screen. Re-applied on each migrate: rights and policies not named here go.
-- reach:  org       every row of the viewer's organisation
--         customer  rows of the customers the viewer may see, by the column `customer_id`
--         id        the same for the table whose own id is the customer's
--         person    an admin sees all, others the row of themselves
--         own       everybody the rows of themselves, admins too
--         asked     invitations: of customers by the column; those of colleagues are for admins
-- rights per kind of viewer: s select, i insert, u update, d delete. No letter: no right at all.
DO $$
DECLARE
    r record; old record; viewer record; held text; mine text; own text; new text; rights text;
    word constant jsonb := '{"s": "SELECT", "i": "INSERT", "u": "UPDATE", "d": "DELETE"}';
    -- Constants beside org_id make the guard answer before any row is touched. Asked lazily, after
    -- cheap conditions of the query, whether it was asked at all (an error, EXPLAIN, time) told of
    -- rows that nobody may see. Two equal numbers become a one-time filter; PostgreSQL 15 does not
    -- manage that below an outer join, but there a plain truth value is the first thing it checks.
    first constant text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN '1, 1' ELSE 'true' END;
    -- Each row's document is looked up by its key: OFFSET keeps the planner from gathering all documents of the client first.
    sent constant text := ' AND EXISTS (SELECT 1 FROM ar.document d WHERE d.org_id = %1$I.org_id AND d.id = %1$I.%2$I OFFSET 0)';
    told constant text := ' AND EXISTS (SELECT 1 FROM ar.dispute_case c WHERE c.org_id = %1$I.org_id AND c.id = %1$I.case_id)';
BEGIN
    FOR old IN SELECT schemaname, tablename, policyname FROM pg_policies WHERE schemaname = 'ar' LOOP
        EXECUTE format('DROP POLICY %I ON %I.%I', old.policyname, old.schemaname, old.tablename);
    END LOOP;
    FOR r IN SELECT * FROM (VALUES
        --   table                reach       column         admin   member  client  service platform
            ('org',               'org',      'org_id',      'su',   's',    's',    's',    'siu'),
            ('person',            'person',   'id',          'si',   's',    's',    's',    'siu'),
            ('membership',        'person',   'person_id',   'siu',  's',    's',    's',    'siu'),
            ('team',              'org',      'id',          'siud', 's',    '',     '',     ''),
            ('team_member',       'org',      'id',          'siud', 's',    '',     '',     ''),
            ('document_kind',     'org',      'code',        'siu',  's',    's',    's',    'si'),
            ('customer',          'id',       'id',          'siud', 's',    's',    'siu',  ''),
            ('customer_internal', 'customer', 'customer_id', 'siud', 's',    '',     'siu',  ''),
            ('customer_access',   'access',   'customer_id', 'siud', 's',    '',     'sid',  ''),
            ('access_change',     'own',      'person_id',   'siud', '',     '',     '',     ''),
            ('client_link',       'person',   'person_id',   'siud', 's',    's',    '',     ''),
            ('document',          'customer', 'customer_id', 'siud', 's',    's',    'siud', ''),
            ('document_version',  'customer', 'customer_id', 'sid',  's',    '',     'si',   ''),
            ('document_line',     'customer', 'customer_id', 'siud', 's',    's',    'siud', ''),
            ('allocation',        'customer', 'customer_id', 'siud', 's',    's',    'siud', ''),
            ('settlement',        'customer', 'customer_id', 'siud', 's',    '',     'siud', ''),
            ('dispute',           'customer', 'customer_id', 'siud', 's',    's',    'siu',  ''),
            ('order_link',        'customer', 'customer_id', 'siud', 's',    's',    'siud', ''),
            ('reminder',          'customer', 'customer_id', 'siud', 's',    's',    'siud', ''),
            ('shipment',          'customer', 'customer_id', 'siud', 's',    's',    'siud', ''),
            ('stock',             'customer', 'customer_id', 'siud', 's',    's',    'siud', ''),
            ('dispute_case',      'customer', 'customer_id', 's',    's',    's',    '',     ''),
            ('dispute_message',   'customer', 'customer_id', 's',    's',    's',    '',     ''),
            ('dispute_file',      'customer', 'customer_id', 's',    's',    's',    '',     ''),
            ('dispute_note',      'customer', 'customer_id', 'si',   'si',   '',     '',     ''),
            ('portal_payment',    'customer', 'customer_id', 's',    's',    's',    '',     ''),
            ('portal_payment_part', 'customer', 'customer_id', 'sd', 's',    's',    'sd',   ''),
            ('portal_payment_event', 'customer', 'customer_id', 's', 's',    's',    '',     ''),
            ('access_event',      'customer', 'customer_id', 'si',   's',    '',     '',     ''),
            ('note',              'customer', 'customer_id', 'si',   'si',   '',     '',     ''),
            ('note_text',         'customer', 'customer_id', 'si',   'si',   '',     '',     ''),
            ('note_mention',      'customer', 'customer_id', 'si',   'si',   '',     '',     ''),
            ('note_seen',         'own',      'person_id',   'si',   'si',   '',     '',     ''),
            ('ingest_run',        'org',      'id',          'siu',  '',     '',     'siu',  ''),
            ('ingest_error',      'org',      'id',          'si',   '',     '',     'si',   ''),
            ('ingest_before',     'org',      'run_id',      'sid',  '',     '',     'si',   ''),
            ('source_file',       'org',      'id',          'siud', '',     '',     'siu',  ''),
            ('source_file_part',  'org',      'file_id',     'sid',  '',     '',     'si',   ''),
            ('intake',            'org',      'id',          'siud', '',     '',     '',     ''),
            ('mapping',           'org',      'id',          'siud', '',     '',     's',    ''),
            ('sync_call',         'own',      'person_id',   '',     '',     '',     'sid',  ''),
            ('tombstone',         'org',      'run_id',      'siud', '',     '',     'siud', ''),
            ('connector',         'person',   'person_id',   'siud', '',     '',     'su',   ''),
            ('job',               'person',   'person_id',   's',    's',    '',     '',     ''),
            ('audit_event',       'org',      'id',          's',    '',     '',     '',     ''),
            ('audit_link',        'org',      'event_id',    's',    '',     '',     '',     ''),
            ('invitation',        'asked',    'customer_id', 'siu',  'siu',  '',     '',     ''),
            ('api_token',         'org',      'id',          'siu',  '',     '',     '',     ''),
            ('identity_provider', 'org',      'org_id',      'siud', '',     '',     '',     ''),
            ('export',            'own',      'person_id',   'siud', 'siud', 'siud', '',     ''),
            ('saved_view',        'own',      'person_id',   'siud', 'siud', '',     '',     ''),
            ('shared_view',       'org',      'id',          'sd',   's',    '',     '',     ''),
            ('default_view',      'own',      'person_id',   'siud', 'siud', '',     '',     ''),
            ('bulk_act',          'person',   'person_id',   'siu',  'siu',  '',     '',     ''),
            ('bulk_outcome',      'customer', 'customer_id', 'siu',  'siu',  '',     '',     ''),
            ('mailing',           'person',   'person_id',   'siud', 'siud', '',     '',     ''),
            ('customer_aging',    'customer', 'customer_id', 's',    's',    '',     's',    ''),
            ('typical_amount',    'org',      'currency',    's',    's',    '',     's',    ''),
            ('org_day',           'org',      'day',         's',    's',    '',     's',    ''),
            ('day_total',         'org',      'day',         '',     '',     '',     '',     ''),
            ('customer_month',    'customer', 'customer_id', 's',    's',    '',     's',    ''),
            ('org_window',        'org',      'month',       's',    's',    '',     's',    ''),
            ('priority_weights',  'org',      'version',     'si',   's',    '',     '',     '')
    ) AS rule (name, reach, column_name, staff, member, client, service, platform) LOOP
        EXECUTE format('ALTER TABLE ar.%I ENABLE ROW LEVEL SECURITY', r.name);
        EXECUTE format('ALTER TABLE ar.%I FORCE ROW LEVEL SECURITY', r.name);
        FOR viewer IN SELECT * FROM (VALUES
                ('admin', r.staff), ('member', r.member), ('member_all', r.member),
                ('client', r.client), ('service', r.service),
                ('service_read', translate(r.service, 'iud', ''))) AS v (kind, letters) LOOP
            EXECUTE format('REVOKE ALL ON ar.%I FROM duebook_%s', r.name, viewer.kind);
            CONTINUE WHEN viewer.letters = '';
            held := format('(org_id, %1$s) = (SELECT guard.viewer_org(%2$L), %1$s)', first, viewer.kind);
            own := format('(org_id, %3$I, %1$s) = (SELECT guard.viewer_org(%2$L), guard.viewer_person(), %1$s)',
                          first, viewer.kind, r.column_name);
            IF r.reach = 'own' OR r.reach = 'person' AND viewer.kind <> 'admin'
               AND NOT (r.name = 'person' AND viewer.kind LIKE 'member%') THEN
                held := own;
            ELSIF r.reach = 'access' AND viewer.kind = 'member' THEN
                held := format('(org_id, %1$s) = (SELECT guard.member_org(), %1$s)', first);
            END IF;
            mine := CASE
                WHEN r.name = 'export' THEN format('kind = %L', viewer.kind)  -- made for the kind of viewer they are
                -- The console and visits of the platform are none of the organisation's people.
                WHEN r.name = 'membership' AND viewer.kind = 'admin' THEN 'role <> ALL (''{console,platform}'')'
                WHEN r.reach = 'access' AND viewer.kind = 'member'
                    THEN 'principal_id = ANY ((SELECT guard.viewer_principals())::bigint[])'
                -- Read by every page: what a member sees comes out of the key, account by account.
                WHEN r.name IN ('customer_aging', 'customer_month') AND viewer.kind = 'member'
                    THEN 'customer_id = ANY ((SELECT guard.viewer_accounts())::bigint[])'
                WHEN r.reach = 'asked' AND viewer.kind = 'member_all' THEN format('%I IS NOT NULL', r.column_name)
                WHEN r.reach IN ('customer', 'id', 'asked') AND viewer.kind = 'member'
                    THEN format('EXISTS (SELECT 1 FROM ar.customer_access a WHERE a.org_id = %1$I.org_id'
                        ' AND a.principal_id = ANY ((SELECT guard.viewer_principals())::bigint[])'
                        ' AND a.customer_id = %1$I.%2$I)', r.name, r.column_name)
                WHEN r.reach IN ('customer', 'id') AND viewer.kind = 'client'
                    THEN format('%I = ANY ((SELECT guard.viewer_customers())::bigint[])', r.column_name)
            END;
            IF viewer.kind = 'client' THEN  -- drafts are never shown, nor what hangs on them
                mine := mine || CASE r.name
                    WHEN 'document' THEN ' AND state <> ''draft'''
                    WHEN 'allocation' THEN format(sent, r.name, 'charge_id')
                    WHEN 'order_link' THEN format(sent, r.name, 'invoice_id')
                    WHEN 'reminder' THEN format(sent, r.name, 'document_id')
                    WHEN 'document_line' THEN format(sent, r.name, 'document_id')
                    WHEN 'dispute' THEN format(sent, r.name, 'document_id')
                    -- Nor what was said for the account that the invoice was of before.
                    WHEN 'dispute_case' THEN ' AND raised_for = customer_id' || format(sent, r.name, 'document_id')
                    WHEN 'dispute_message' THEN format(told, r.name)
                    WHEN 'dispute_file' THEN format(told, r.name)
                    ELSE '' END;
            END IF;
            IF r.name = 'bulk_outcome' AND viewer.kind LIKE 'member%' THEN  -- of the acts that are theirs
                mine := concat_ws(' AND ', mine, 'EXISTS (SELECT 1 FROM ar.bulk_act b'
                    ' WHERE b.org_id = bulk_outcome.org_id AND b.id = bulk_outcome.act_id)');
            END IF;
            held := concat_ws(' AND ', held, mine);
            -- Whom an admin makes has a number just drawn: it is nobody's login, here or elsewhere. Notes and the like
            -- are in one's own name. Of what clients write about their accounts there is a writer: none in operator mode.
            new := CASE r.name WHEN 'person' THEN 'id = currval(''guard.principal_id_seq'')'
                WHEN 'access_event' THEN 'person_id = (SELECT guard.viewer_person())'
                WHEN 'note' THEN 'person_id = (SELECT guard.viewer_person())'
                WHEN 'dispute_note' THEN 'person_id = (SELECT guard.viewer_person())'
                WHEN 'note_text' THEN 'person_id = (SELECT guard.viewer_person())'
                WHEN 'note_mention' THEN 'author_id = (SELECT guard.viewer_person())'
                ELSE CASE WHEN viewer.kind = 'client' AND viewer.letters ~ '[iu]' AND r.reach = 'customer'
                     THEN '(SELECT guard.viewer_person()) IS NOT NULL' END END;
            EXECUTE format('CREATE POLICY %I ON ar.%I TO duebook_%s USING (%s) WITH CHECK (%s)',
                           viewer.kind || '_rows', r.name, viewer.kind, held, concat_ws(' AND ', held, new));
            SELECT string_agg(word ->> letter, ', ') INTO rights
            FROM regexp_split_to_table(viewer.letters, '') AS letter;
            EXECUTE format('GRANT %s ON ar.%I TO duebook_%s', rights, r.name, viewer.kind);
        END LOOP;
        EXECUTE format('REVOKE ALL ON ar.%I FROM duebook_platform', r.name);
        IF r.platform <> '' THEN
            EXECUTE format('CREATE POLICY platform_rows ON ar.%I TO duebook_platform'
                ' USING ((SELECT guard.viewer_is_platform())) WITH CHECK ((SELECT guard.viewer_is_platform()))', r.name);
            SELECT string_agg(word ->> letter, ', ') INTO rights
            FROM regexp_split_to_table(r.platform, '') AS letter;
            EXECUTE format('GRANT %s ON ar.%I TO duebook_platform', rights, r.name);
        END IF;
        EXECUTE format('GRANT SELECT ON ar.%I TO duebook_backup', r.name);
        EXECUTE format('CREATE POLICY backup_rows ON ar.%I FOR SELECT TO duebook_backup USING (true)', r.name);
    END LOOP;
    -- What the guard reads to tell who is looking, and the little it writes.
    FOR r IN SELECT * FROM (VALUES
            ('org', 'SELECT'), ('person', 'SELECT, INSERT, UPDATE'), ('customer_access', 'SELECT'), ('membership', 'SELECT, INSERT, UPDATE'),
            ('team_member', 'SELECT'), ('customer', 'SELECT'), ('client_link', 'SELECT, INSERT, UPDATE, DELETE'),
            ('job', 'SELECT, INSERT, DELETE'), ('export', 'SELECT, DELETE'), ('source_file', 'SELECT, DELETE'), ('intake', 'SELECT, DELETE'), ('invitation', 'SELECT, UPDATE'), ('api_token', 'SELECT, UPDATE'), ('sync_call', 'SELECT, DELETE'), ('identity_provider', 'SELECT'),
            ('connector', 'SELECT, UPDATE'), ('ingest_run', 'SELECT'),
            ('saved_view', 'SELECT'), ('mailing', 'SELECT, UPDATE'), ('shared_view', 'SELECT, INSERT, UPDATE, DELETE'),
            ('customer_internal', 'SELECT'), ('document', 'SELECT'), ('document_line', 'SELECT'), ('allocation', 'SELECT'),
            ('dispute', 'SELECT, INSERT, UPDATE'), ('dispute_case', 'SELECT, INSERT, UPDATE'), ('dispute_message', 'SELECT, INSERT'),
            ('dispute_file', 'SELECT, INSERT'), ('portal_payment', 'SELECT, INSERT, UPDATE'),
            ('portal_payment_part', 'SELECT, INSERT, DELETE'), ('portal_payment_event', 'SELECT, INSERT'),
            ('audit_event', 'SELECT, INSERT'), ('audit_link', 'SELECT, INSERT')) AS g (name, rights) LOOP
        EXECUTE format('GRANT %s ON ar.%I TO duebook_guard', r.rights, r.name);
        EXECUTE format('CREATE POLICY guard_rows ON ar.%I TO duebook_guard USING (true) WITH CHECK (true)', r.name);
    END LOOP;
    -- What rollups are worked out from, and what they are: of the viewer's organisation, whatever the viewer sees of it.
    FOR r IN SELECT * FROM (VALUES
            ('org', 'SELECT'), ('customer', 'SELECT'), ('document', 'SELECT'), ('allocation', 'SELECT'), ('dispute', 'SELECT'),
            ('order_link', 'SELECT'), ('customer_month', 'SELECT, INSERT, UPDATE, DELETE'), ('org_window', 'SELECT, INSERT, UPDATE, DELETE'),
            ('customer_aging', 'SELECT, INSERT, UPDATE, DELETE'), ('typical_amount', 'SELECT, INSERT, UPDATE, DELETE'),
            ('org_day', 'SELECT, INSERT, UPDATE, DELETE'), ('day_total', 'SELECT, INSERT, UPDATE, DELETE'), ('priority_weights', 'SELECT')) AS g (name, rights) LOOP
        EXECUTE format('GRANT %s ON ar.%I TO duebook_rollup', r.rights, r.name);
        EXECUTE format('CREATE POLICY rollup_rows ON ar.%I TO duebook_rollup USING (org_id = (SELECT guard.viewer_organisation()))'
            ' WITH CHECK (org_id = (SELECT guard.viewer_organisation()))', r.name);
    END LOOP;
END $$;

INSERT INTO ar.platform_person (person_id) VALUES (0) ON CONFLICT DO NOTHING;  -- the command line
GRANT SELECT, INSERT, UPDATE ON ar.platform_person TO duebook_guard;
GRANT SELECT, INSERT, DELETE ON ar.barred_person TO duebook_guard;
GRANT SELECT ON ar.platform_person, ar.barred_person TO duebook_backup;
GRANT SELECT ON ar.currency TO duebook_admin, duebook_member, duebook_member_all, duebook_client,
    duebook_service, duebook_service_read, duebook_platform, duebook_guard, duebook_rollup, duebook_backup;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ar TO duebook_admin, duebook_service, duebook_platform, duebook_guard;
GRANT USAGE ON SEQUENCE ar.invitation_id_seq, ar.note_id_seq, ar.saved_view_id_seq, ar.mailing_id_seq, ar.bulk_act_id_seq, ar.dispute_note_id_seq TO duebook_member, duebook_member_all;
GRANT USAGE ON SEQUENCE ar.export_id_seq TO duebook_member, duebook_member_all, duebook_client;

-- Each entry of the audit trail is linked to the one before, as its transaction commits.
DROP TRIGGER IF EXISTS link_audit ON ar.audit_event;
CREATE CONSTRAINT TRIGGER link_audit AFTER INSERT ON ar.audit_event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION guard.link_audit();
