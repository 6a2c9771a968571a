-- One row a KPI, authority, month, length of window and category that is public: what is counted, rounded. A population
-- is the Office for National Statistics' own figure, and stays. A part is never more than its whole; what categories
-- are shares of is the sum of them as they were rounded. Of durations the mean is rounded, to a multiple of its unit's
-- step, and what it is multiplied with is how many they are: the sum of all would give each away. Of what happens,
-- months are public where both counts of each of them are large: from months beside windows a small count would follow.
WITH rounded AS (
    SELECT
        counted.kpi_id,
        counted.authority_code,
        counted.month_number,
        counted.window_months,
        counted.category,
        kpis.measure,
        kpis.unit = 'percent' AND kpis.measure <> 'rolling' AS is_part,
        kpis.unit = 'percent' AND counted.category IS NOT NULL AND NOT kpis.categories_overlap AS is_of_all_categories,
        units.scale,
        units.public_step,
        units.public_step * round(counted.numerator / nullif(counted.denominator, 0) / units.public_step) AS mean,
        rounded_by_key(counted.numerator, counted.numerator_key, limit_of('base')) AS numerator,
        CASE
            WHEN kpis.unit = 'per_10000' THEN counted.denominator
            ELSE rounded_by_key(counted.denominator, counted.denominator_key, limit_of('base'))
        END AS denominator
    FROM disclosure.counted AS counted
    INNER JOIN warehouse.dim_kpi AS kpis ON counted.kpi_id = kpis.kpi_id
    INNER JOIN reference.kpi_unit AS units ON kpis.unit = units.unit
),

whole AS (
    SELECT
        rounded.* REPLACE (
            CASE
                WHEN rounded.public_step IS NULL THEN rounded.numerator
                ELSE coalesce(rounded.mean, 0) * rounded.denominator
            END AS numerator,
            CASE
                WHEN rounded.is_of_all_categories THEN sum(rounded.numerator) OVER of_all
                ELSE rounded.denominator
            END AS denominator
        )
    FROM rounded
    WINDOW of_all AS (
        PARTITION BY rounded.kpi_id, rounded.authority_code, rounded.month_number, rounded.window_months
    )
),

months AS (
    SELECT
        kpi_id,
        authority_code,
        bool_and(
            least(CASE WHEN public_step IS NULL THEN numerator END, denominator) >= limit_of('fewest_of_a_month')
        ) AS is_public
    FROM whole
    WHERE window_months = 1
    GROUP BY kpi_id, authority_code
)

SELECT
    whole.kpi_id,
    whole.authority_code,
    whole.month_number,
    whole.window_months,
    whole.category,
    whole.measure,
    whole.scale,
    cast(
        CASE WHEN whole.is_part THEN least(whole.numerator, whole.denominator) ELSE whole.numerator END
        AS DECIMAL(18, 2)
    ) AS numerator,
    cast(whole.denominator AS DECIMAL(18, 2)) AS denominator
FROM whole
INNER JOIN disclosure.public_window USING (kpi_id, window_months)
LEFT JOIN months USING (kpi_id, authority_code)
WHERE whole.measure <> 'flow' OR whole.window_months > 1 OR months.is_public
