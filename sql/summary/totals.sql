SELECT
    authority_code || '/' || source || '/' || reporting_month AS delivery,
    count(*) AS files,
    sum(rows_read) AS rows_read,
    sum(rows_staged) AS rows_staged,
    sum(rows_refused) AS rows_refused
FROM reconciliation
GROUP BY delivery
ORDER BY delivery
