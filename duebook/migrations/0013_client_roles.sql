-- Contacts of a customer see what it owes; those who may dispute also answer back. The invitation says which, and
-- the link keeps it.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
ALTER TABLE ar.invitation ADD COLUMN may_dispute boolean NOT NULL DEFAULT true;
ALTER TABLE ar.client_link ADD COLUMN may_dispute boolean NOT NULL DEFAULT true;
