-- What accounts owe before a batch, private to this connection. Made by whoever may make temporary tables.
CREATE TEMPORARY TABLE concerned (
    customer_id bigint PRIMARY KEY, account_number text COLLATE "C", account_name text, is_fresh boolean NOT NULL
);
CREATE TEMPORARY TABLE owed_before (customer_id bigint, currency text COLLATE "C", amount bigint);
GRANT ALL ON concerned, owed_before TO duebook_admin, duebook_service;
