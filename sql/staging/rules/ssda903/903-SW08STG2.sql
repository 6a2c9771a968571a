WITH in_order AS (
    SELECT
        workers.line,
        workers.sw_decom,
        workers.sw_dec,
        lag(workers.sw_dec) OVER in_order AS previous_dec,
        lead(workers.sw_decom) OVER in_order AS next_decom
    FROM usable.ssda903_social_worker AS workers
    WHERE workers.sw_decom IS NOT NULL
    WINDOW in_order AS (PARTITION BY workers.child ORDER BY workers.sw_decom ASC, workers.line ASC)
)

SELECT in_order.line
FROM in_order
WHERE in_order.next_decom IS NOT NULL AND in_order.sw_dec IS NULL
