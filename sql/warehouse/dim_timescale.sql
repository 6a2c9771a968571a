-- One row an authority and timescale, in one of three units; an authority's own goes before everyone's. With the start
-- counted as day 1 everything falls due a working day earlier.
-- grain: authority_code, timescale_id
WITH authorities AS (
    SELECT DISTINCT authority_code
    FROM staging.delivered_table
),

timescales AS (
    SELECT
        timescale_id,
        authority_code,
        length,
        unit,
        day_count
    FROM reference.timescale
),

ranked AS (
    SELECT
        authorities.authority_code,
        timescales.timescale_id,
        timescales.length,
        timescales.unit,
        timescales.day_count,
        row_number() OVER (
            PARTITION BY authorities.authority_code, timescales.timescale_id
            ORDER BY timescales.authority_code NULLS LAST
        ) AS place
    FROM authorities
    INNER JOIN timescales
        ON authorities.authority_code = coalesce(timescales.authority_code, authorities.authority_code)
)

SELECT
    authority_code,
    timescale_id,
    CASE WHEN unit = 'working_days' THEN length - CASE WHEN day_count = 'day1' THEN 1 ELSE 0 END END AS working_days,
    CASE WHEN unit = 'days' THEN length END AS days,
    CASE WHEN unit = 'months' THEN length END AS months
FROM ranked
WHERE place = 1
