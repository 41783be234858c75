-- The audit trail by what was done, by whom and when: whoever looks for something rare need not read all of it.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
-- One transaction makes the schema, and entries of earlier releases are few.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX audit_event_action ON ar.audit_event (org_id, action, id);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX audit_event_person ON ar.audit_event (org_id, person_id, id);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX audit_event_at ON ar.audit_event (org_id, at);
