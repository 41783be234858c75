-- One row per customer of the page, by name, and how many match in all.
WITH found AS MATERIALIZED ({access}), page AS MATERIALIZED (
    SELECT * FROM found ORDER BY sort_name, id LIMIT %(size)s OFFSET %(after)s
)
SELECT shown.*, (SELECT count(*) FROM found) AS count
FROM ({access_shown}) AS shown JOIN page USING (id)
ORDER BY page.sort_name, page.id
