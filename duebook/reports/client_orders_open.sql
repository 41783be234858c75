-- How many of them are open, judged as in the staff's reports.
SELECT count(*) FROM ({open_orders}) AS o
