-- What runs made: all together, and the one being taken back. Private to this connection. Made by whoever may make temporary tables.
CREATE TEMPORARY TABLE made (id bigint PRIMARY KEY);   -- documents that were not there before
CREATE TEMPORARY TABLE moved (id bigint PRIMARY KEY);  -- documents that were of another account or currency
CREATE TEMPORARY TABLE made_by_all (table_name text COLLATE "C", id bigint, PRIMARY KEY (table_name, id));
GRANT ALL ON made, moved, made_by_all TO duebook_admin;
