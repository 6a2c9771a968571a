-- One row a KPI, authority, month and length of window that is public: what is counted, rounded. A population is the
-- Office for National Statistics' own figure, and stays. A part is never more than its whole. Of what happens, months
-- are public where both counts of each of them are large: from months beside windows a small count would follow.
WITH rounded AS (
    SELECT
        counted.kpi_id,
        counted.authority_code,
        counted.month_number,
        counted.window_months,
        kpis.measure,
        kpis.unit = 'percent' AND kpis.measure <> 'rolling' AS is_part,
        units.scale,
        rounded_by_key(counted.numerator, counted.numerator_key, limit_of('base')) AS numerator,
        CASE
            WHEN kpis.unit = 'per_10000' THEN counted.denominator
            ELSE rounded_by_key(counted.denominator, counted.denominator_key, limit_of('base'))
        END AS denominator
    FROM disclosure.counted AS counted
    INNER JOIN warehouse.dim_kpi AS kpis ON counted.kpi_id = kpis.kpi_id
    INNER JOIN reference.kpi_unit AS units ON kpis.unit = units.unit
),

months AS (
    SELECT
        rounded.kpi_id,
        rounded.authority_code,
        bool_and(least(rounded.numerator, rounded.denominator) >= limit_of('fewest_of_a_month')) AS is_public
    FROM rounded
    WHERE rounded.window_months = 1
    GROUP BY rounded.kpi_id, rounded.authority_code
)

SELECT
    rounded.kpi_id,
    rounded.authority_code,
    rounded.month_number,
    rounded.window_months,
    rounded.measure,
    rounded.scale,
    CASE
        WHEN rounded.is_part THEN least(rounded.numerator, rounded.denominator)
        ELSE rounded.numerator
    END AS numerator,
    rounded.denominator
FROM rounded
INNER JOIN disclosure.public_window USING (kpi_id, window_months)
LEFT JOIN months USING (kpi_id, authority_code)
WHERE rounded.measure <> 'flow' OR rounded.window_months > 1 OR months.is_public
