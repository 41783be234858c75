-- The documents of a client that are asked for, also by what has to be worked out.
SELECT i.* FROM ({client_items}) AS i
WHERE (%(figure)s = '' OR i.part <> 0) AND (%(states)s::text[] IS NULL OR i.state = ANY (%(states)s))
