-- One row an authority, timescale and stretch of time (until is not in it), with the clock that starts on a day of it:
-- its length in working days, days, weeks or months, and as a sentence says it. An authority's own clock goes before
-- everyone's. With the start counted as day 1 everything falls due a working day earlier.
-- grain: authority_code, timescale_id, from_date
WITH authorities AS (
    SELECT DISTINCT authority_code
    FROM staging.delivered_table
),

clocks AS (
    SELECT
        authorities.authority_code,
        timescales.timescale_id,
        timescales.length,
        timescales.unit,
        timescales.day_count,
        timescales.authority_code IS NOT NULL AS is_own,
        coalesce(timescales.from_date, DATE '0001-01-01') AS from_date,
        end_date_or_open(timescales.to_date + 1) AS until_date
    FROM authorities
    INNER JOIN reference.timescale AS timescales
        ON authorities.authority_code = coalesce(timescales.authority_code, authorities.authority_code)
),

change_dates AS (
    SELECT
        authority_code,
        timescale_id,
        from_date
    FROM clocks
    UNION
    SELECT
        authority_code,
        timescale_id,
        until_date AS from_date
    FROM clocks
),

stretches AS (
    SELECT
        *,
        lead(from_date) OVER (PARTITION BY authority_code, timescale_id ORDER BY from_date) AS until_date
    FROM change_dates
)

SELECT
    stretches.authority_code,
    stretches.timescale_id,
    stretches.from_date,
    stretches.until_date,
    CASE
        WHEN clocks.unit = 'working_days' AND clocks.day_count = 'day1' THEN clocks.length - 1
        ELSE clocks.length
    END AS length,
    clocks.unit,
    concat(
        clocks.length,
        ' ',
        replace(CASE WHEN clocks.length = 1 THEN rtrim(clocks.unit, 's') ELSE clocks.unit END, '_', ' ')
    ) AS in_words
FROM stretches
INNER JOIN clocks
    ON
        stretches.authority_code = clocks.authority_code
        AND stretches.timescale_id = clocks.timescale_id
        AND stretches.from_date >= clocks.from_date
        AND stretches.from_date < clocks.until_date
QUALIFY
    row_number() OVER (
        PARTITION BY stretches.authority_code, stretches.timescale_id, stretches.from_date
        ORDER BY clocks.is_own DESC
    ) = 1
