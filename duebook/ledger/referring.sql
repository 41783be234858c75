-- Tables whose rows hang on accounts, documents or disputes: the table, its columns, and whose they are of.
SELECT t.relname, p.relname,
       (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = c.conkey[2]) AS column_name
FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid
JOIN pg_class p ON p.oid = c.confrelid
WHERE c.contype = 'f' AND p.relnamespace = 'ar'::regnamespace AND p.relname IN ('customer', 'document', 'dispute')
  AND t.relnamespace = p.relnamespace
  AND cardinality(c.conkey) >= 2 AND has_table_privilege(c.conrelid, 'SELECT')
  AND t.relname <> ALL (%(known)s::text[])
ORDER BY 1, 2
