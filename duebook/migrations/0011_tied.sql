-- What hangs on a document belongs to the document's own customer, by key: nobody sees a part of a document that is
-- not theirs, whoever wrote the row. When a document moves to another account, its parts move with it.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '10min';

-- In a transaction, as every migration: an import waits for it.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX document_of_customer ON ar.document (org_id, id, customer_id);
-- squawk-ignore ban-drop-constraint
ALTER TABLE ar.document_line DROP CONSTRAINT document_line_org_id_document_id_fkey;
-- squawk-ignore ban-drop-constraint
ALTER TABLE ar.settlement DROP CONSTRAINT settlement_org_id_document_id_fkey;
-- squawk-ignore ban-drop-constraint
ALTER TABLE ar.dispute DROP CONSTRAINT dispute_org_id_document_id_fkey;
-- squawk-ignore ban-drop-constraint
ALTER TABLE ar.order_link DROP CONSTRAINT order_link_org_id_order_id_fkey;
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE ar.document_line ADD CONSTRAINT document_line_document FOREIGN KEY (org_id, document_id, customer_id)
    REFERENCES ar.document (org_id, id, customer_id) ON DELETE CASCADE ON UPDATE CASCADE;
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE ar.settlement ADD CONSTRAINT settlement_document FOREIGN KEY (org_id, document_id, customer_id)
    REFERENCES ar.document (org_id, id, customer_id) ON DELETE CASCADE ON UPDATE CASCADE;
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE ar.dispute ADD CONSTRAINT dispute_document FOREIGN KEY (org_id, document_id, customer_id)
    REFERENCES ar.document (org_id, id, customer_id) ON DELETE CASCADE ON UPDATE CASCADE;
-- A link is its order's; that the invoice is of the same account is looked at when it is loaded.
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE ar.order_link ADD CONSTRAINT order_link_order FOREIGN KEY (org_id, order_id, customer_id)
    REFERENCES ar.document (org_id, id, customer_id) ON DELETE CASCADE ON UPDATE CASCADE;
