-- Files are read a piece at a time: a compressed one would be opened whole for each.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
ALTER TABLE ar.export ALTER COLUMN content SET STORAGE EXTERNAL;
