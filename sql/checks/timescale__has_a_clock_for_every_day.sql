-- A record that began on a day without a clock would drop out of every figure that goes by it.
WITH stretches AS (
    SELECT
        authority_code,
        timescale_id,
        from_date,
        until_date,
        coalesce(
            lag(until_date) OVER (PARTITION BY authority_code, timescale_id ORDER BY from_date),
            DATE '0001-01-01'
        ) AS covered_until,
        lead(from_date) OVER (PARTITION BY authority_code, timescale_id ORDER BY from_date) IS NULL AS is_last
    FROM warehouse.dim_timescale
)

SELECT
    authority_code,
    timescale_id,
    from_date,
    until_date
FROM stretches
WHERE from_date > covered_until OR (is_last AND until_date < end_date_or_open(NULL))
