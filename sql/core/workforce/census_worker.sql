-- One row a social worker in post at the end of the month of a census, whose cases it counts.
SELECT
    workers.authority_code,
    workers.delivery_month AS reporting_month,
    workers.worker_key AS worker_id,
    workers.cases_30 AS cases
FROM staging.workforce_census_workers AS workers
WHERE
    end_date_or_open(workers.role_end_date) > last_day(cast(concat(workers.delivery_month, '-01') AS DATE))
    AND workers.cases_30 IS NOT NULL
