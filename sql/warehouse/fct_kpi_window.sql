-- One row a KPI, authority, team (null: the whole authority), month and length of window: what happens in a month is
-- pooled over the six and the twelve complete months that end with it, sum over sum, where all of them are covered;
-- what stands at its end, or rolls already, is that month's alone.
-- grain: kpi_id, authority_code, team_code, reporting_month, window_months
WITH coverage AS (
    SELECT
        kpi_id,
        authority_code,
        month_number
    FROM warehouse.fct_kpi_coverage
),

kpis AS (
    SELECT
        kpi_id,
        measure
    FROM warehouse.dim_kpi
),

months AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        month_number,
        scale,
        numerator,
        denominator,
        value
    FROM warehouse.fct_kpi_month
),

names AS (
    SELECT
        reporting_month,
        month_number
    FROM warehouse.dim_month
),

lengths AS (
    SELECT unnest([6, 12]) AS window_months
),

windows AS (
    SELECT
        ends.kpi_id,
        ends.authority_code,
        ends.month_number,
        lengths.window_months
    FROM coverage AS ends
    CROSS JOIN lengths
    INNER JOIN kpis ON ends.kpi_id = kpis.kpi_id
    INNER JOIN coverage AS members
        ON
            ends.kpi_id = members.kpi_id
            AND ends.authority_code = members.authority_code
            AND members.month_number BETWEEN ends.month_number - lengths.window_months + 1 AND ends.month_number
    WHERE kpis.measure = 'flow'
    GROUP BY ends.kpi_id, ends.authority_code, ends.month_number, lengths.window_months
    HAVING count(*) = lengths.window_months
),

pooled AS (
    SELECT
        windows.kpi_id,
        windows.authority_code,
        months.team_code,
        windows.month_number,
        windows.window_months,
        months.scale,
        sum(months.numerator) AS numerator,
        sum(months.denominator) AS denominator,
        CASE
            WHEN months.scale IS NOT NULL AND count(months.value) = windows.window_months
                THEN sum(cast(months.value AS DECIMAL(18, 9))) / windows.window_months
        END AS mean_of_months
    FROM windows
    INNER JOIN months
        ON
            windows.kpi_id = months.kpi_id
            AND windows.authority_code = months.authority_code
            AND months.month_number BETWEEN windows.month_number - windows.window_months + 1 AND windows.month_number
    GROUP BY
        windows.kpi_id,
        windows.authority_code,
        months.team_code,
        windows.month_number,
        windows.window_months,
        months.scale
),

every_window AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        month_number,
        window_months,
        scale,
        numerator,
        denominator,
        mean_of_months
    FROM pooled
    UNION ALL
    SELECT
        months.kpi_id,
        months.authority_code,
        months.team_code,
        months.month_number,
        1 AS window_months,
        months.scale,
        months.numerator,
        months.denominator,
        NULL AS mean_of_months
    FROM months
    INNER JOIN kpis ON months.kpi_id = kpis.kpi_id
    WHERE kpis.measure <> 'flow'
),

valued AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        month_number,
        window_months,
        scale,
        cast(numerator AS DECIMAL(18, 2)) AS numerator,
        cast(denominator AS DECIMAL(18, 2)) AS denominator,
        CASE
            WHEN scale IS NULL THEN cast(numerator AS DOUBLE)
            ELSE scale * cast(numerator AS DOUBLE) / cast(nullif(denominator, 0) AS DOUBLE)
        END AS value,
        CASE
            WHEN scale IS NULL THEN cast(numerator AS DOUBLE)
            ELSE cast(published_rate(numerator, denominator, scale) AS DOUBLE)
        END AS shown,
        mean_of_months
    FROM every_window
)

SELECT
    valued.kpi_id,
    valued.authority_code,
    valued.team_code,
    ends.reporting_month,
    valued.month_number,
    valued.window_months,
    starts.reporting_month AS first_month,
    valued.scale,
    valued.numerator,
    valued.denominator,
    valued.value,
    valued.shown,
    cast(valued.mean_of_months AS DOUBLE) AS mean_of_months,
    coalesce(abs(valued.value - valued.mean_of_months) > 1, false) AS is_mean_apart
FROM valued
INNER JOIN names AS ends ON valued.month_number = ends.month_number
INNER JOIN names AS starts ON valued.month_number - valued.window_months + 1 = starts.month_number
