-- What a client's pages, and an account's, read of its documents, in one index by account: which, how much, and how each
-- stands on a day. It takes the place of two narrower ones. And a client's orders, in their order.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '30min';
-- In a transaction, as every migration: an import waits for it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX document_account ON ar.document (org_id, customer_id, issue_date, closed_on)
    INCLUDE (id, due_date, void_on, first_allocated_on, last_changed_on, amount, open_amount, ages, class, currency, state, number);
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.document_customer;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.document_issued;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.document_order;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX document_order ON ar.document (org_id, customer_id, issue_date, id) INCLUDE (amount, currency, closed_date, state)
    WHERE class = 'order';
