-- Who may enter which schema and run which function. Re-applied on each migrate, after the policies.
GRANT USAGE ON SCHEMA rollup TO duebook_guard, duebook_admin, duebook_member, duebook_member_all, duebook_client, duebook_service,
    duebook_service_read;
GRANT USAGE ON SCHEMA ar, guard TO duebook_admin, duebook_member, duebook_member_all, duebook_client,
    duebook_service, duebook_service_read, duebook_platform, duebook_backup;
GRANT USAGE ON SCHEMA guard TO duebook_door, duebook_worker;
GRANT USAGE ON SCHEMA door TO duebook_door, duebook_backup;
GRANT USAGE ON SCHEMA queue TO duebook_worker, duebook_backup;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA guard FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.viewer_org(text), guard.viewer_person()
    TO duebook_admin, duebook_member, duebook_member_all, duebook_client, duebook_service, duebook_service_read;
GRANT EXECUTE ON FUNCTION guard.viewer_organisation() TO duebook_rollup;
GRANT EXECUTE ON FUNCTION guard.customers_like(text[], bigint), guard.invited(bigint[], timestamptz)
    TO duebook_admin, duebook_member, duebook_member_all, duebook_service, duebook_service_read;
GRANT EXECUTE ON FUNCTION guard.colleagues(bigint[]) TO duebook_admin, duebook_member, duebook_member_all;
GRANT EXECUTE ON FUNCTION guard.contacts(bigint) TO duebook_admin, duebook_member, duebook_member_all;
GRANT EXECUTE ON FUNCTION guard.viewer_principals(), guard.viewer_accounts(), guard.member_org() TO duebook_member;
GRANT EXECUTE ON FUNCTION guard.viewer_customers(), guard.disputing_customers() TO duebook_client;
GRANT EXECUTE ON FUNCTION guard.viewer_is_platform(), guard.set_standing(bigint, boolean, boolean), guard.standing()
    TO duebook_platform;
GRANT EXECUTE ON FUNCTION guard.record(text, jsonb, text, bigint) TO duebook_admin, duebook_member, duebook_member_all,
    duebook_client, duebook_service, duebook_service_read, duebook_platform;
GRANT EXECUTE ON FUNCTION guard.freshness(timestamptz) TO duebook_admin, duebook_member, duebook_member_all,
    duebook_client, duebook_service, duebook_service_read;
GRANT EXECUTE ON FUNCTION guard.may_dispute(bigint), guard.may_be_disputed(bigint),
    guard.raise_dispute(bigint, bigint, text[], text, text, text), guard.answer_dispute(bigint, text, text),
    guard.close_dispute(bigint, text, text, text), guard.reopen_dispute(bigint, text, text),
    guard.attach_to_dispute(bigint, text, text, bigint, text, bytea),
    guard.announce_payment(bigint, text, bigint, text, text, date, bigint[], bigint[], text, text),
    guard.move_payment(bigint, text, date, text, text)
    TO duebook_admin, duebook_member, duebook_member_all, duebook_client;
GRANT EXECUTE ON FUNCTION guard.amend_payment(bigint, bigint, date, bigint[], bigint[], text, text),
    guard.match_payment(bigint, bigint, text, text)
    TO duebook_admin, duebook_member, duebook_member_all;
GRANT EXECUTE ON FUNCTION guard.payment_is(bigint, bigint), guard.dispute_readers(bigint), guard.payment_readers(bigint)
    TO duebook_admin;
GRANT EXECUTE ON FUNCTION guard.audit_end() TO duebook_admin;
GRANT EXECUTE ON FUNCTION guard.share_view(bigint, boolean) TO duebook_admin, duebook_member, duebook_member_all;
GRANT EXECUTE ON FUNCTION guard.enqueue(text, jsonb) TO duebook_admin, duebook_member, duebook_member_all, duebook_client;
GRANT EXECUTE ON FUNCTION guard.memberships_of(bigint), guard.console_of(text), guard.owns_platform(bigint),
    guard.record_at_door(bigint, text, jsonb, text, bigint), guard.invitation_by(text), guard.hold_invitation(text),
    guard.accept_invitation(text, bigint, text, text, text), guard.decline_invitation(text, text),
    guard.rename_person(bigint, text, text), guard.token_viewer(text, text), guard.identity_provider_of(text),
    guard.enqueue_letter(bigint)
    TO duebook_door;
GRANT EXECUTE ON FUNCTION guard.job_viewer(bigint), guard.tidy(), guard.order_polls(), guard.order_mailings(),
    guard.consoles() TO duebook_worker;
GRANT EXECUTE ON FUNCTION guard.send_mailing(bigint), guard.monthly_time(text, bigint, time, timestamptz)
    TO duebook_admin, duebook_member, duebook_member_all;
GRANT USAGE ON SEQUENCE guard.principal_id_seq TO duebook_door, duebook_admin, duebook_platform;

REVOKE ALL ON ALL TABLES IN SCHEMA door FROM duebook_door;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA door TO duebook_door;
REVOKE INSERT, UPDATE, DELETE ON door.django_migrations FROM duebook_door;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA door TO duebook_door;
GRANT SELECT ON ALL TABLES IN SCHEMA door TO duebook_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA queue TO duebook_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA ar, door, guard, queue TO duebook_backup;

-- The queue is the worker's. The guard puts jobs into it, through one function.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO duebook_worker;
REVOKE ALL ON queue.made_from FROM duebook_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO duebook_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA queue TO duebook_worker;
REVOKE ALL ON FUNCTION queue.defer(text, jsonb, text, text) FROM duebook_worker;
GRANT USAGE ON TYPE queue.procrastinate_job_status, queue.procrastinate_job_event_type, queue.procrastinate_job_to_defer_v1
    TO duebook_worker;
GRANT EXECUTE ON FUNCTION queue.defer(text, jsonb, text, text) TO duebook_guard;

-- Only a superuser may watch commands; where the migrator is none, doctor says what is missing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'duebook_keep_policies') THEN
        CREATE EVENT TRIGGER duebook_keep_policies ON ddl_command_start WHEN TAG IN ('DROP OWNED')
            EXECUTE FUNCTION guard.keep_policies();
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'nothing keeps a viewer from dropping policies: the migrator may not make event triggers';
END $$;
