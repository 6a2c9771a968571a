-- One row a KPI, authority, team (null: the whole authority), category, month and length of window: sum over sum of
-- what is counted in it, and beside it the mean of its months.
-- grain: kpi_id, authority_code, team_code, category, reporting_month, window_months
WITH means AS (
    SELECT
        counts.kpi_id,
        counts.authority_code,
        counts.team_code,
        counts.category,
        counts.month_number,
        counts.window_months,
        CASE
            WHEN count(months.value) = counts.window_months
                THEN sum(cast(months.value AS DECIMAL(18, 9))) / counts.window_months
        END AS mean_of_months
    FROM warehouse.fct_kpi_window_count AS counts
    INNER JOIN warehouse.dim_kpi AS kpis ON counts.kpi_id = kpis.kpi_id
    INNER JOIN warehouse.fct_kpi_month AS months
        ON
            counts.kpi_id = months.kpi_id
            AND counts.authority_code = months.authority_code
            AND coalesce(counts.team_code, '') = coalesce(months.team_code, '')
            AND coalesce(counts.category, '') = coalesce(months.category, '')
            AND months.month_number BETWEEN counts.month_number - counts.window_months + 1 AND counts.month_number
    WHERE kpis.measure = 'flow' AND counts.scale IS NOT NULL
    GROUP BY
        counts.kpi_id,
        counts.authority_code,
        counts.team_code,
        counts.category,
        counts.month_number,
        counts.window_months
),

valued AS (
    SELECT
        counts.*,
        CASE
            WHEN counts.scale IS NULL THEN cast(counts.numerator AS DOUBLE)
            ELSE counts.scale * cast(counts.numerator AS DOUBLE) / cast(nullif(counts.denominator, 0) AS DOUBLE)
        END AS value,
        CASE
            WHEN counts.scale IS NULL THEN cast(counts.numerator AS DOUBLE)
            ELSE cast(published_rate(counts.numerator, counts.denominator, counts.scale) AS DOUBLE)
        END AS value_rounded,
        means.mean_of_months
    FROM warehouse.fct_kpi_window_count AS counts
    LEFT JOIN means
        ON
            counts.kpi_id = means.kpi_id
            AND counts.authority_code = means.authority_code
            AND coalesce(counts.team_code, '') = coalesce(means.team_code, '')
            AND coalesce(counts.category, '') = coalesce(means.category, '')
            AND counts.month_number = means.month_number
            AND counts.window_months = means.window_months
)

SELECT
    valued.kpi_id,
    valued.authority_code,
    valued.team_code,
    valued.category,
    ends.reporting_month,
    valued.month_number,
    valued.window_months,
    starts.reporting_month AS first_month,
    valued.scale,
    valued.numerator,
    valued.denominator,
    valued.value,
    valued.value_rounded,
    cast(valued.mean_of_months AS DOUBLE) AS mean_of_months,
    coalesce(abs(valued.value - valued.mean_of_months) > 1, false) AS mean_of_months_differs
FROM valued
INNER JOIN warehouse.dim_month AS ends ON valued.month_number = ends.month_number
INNER JOIN warehouse.dim_month AS starts ON valued.month_number - valued.window_months + 1 = starts.month_number
