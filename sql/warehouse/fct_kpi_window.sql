-- Rates: pooled over the six complete months that end with the month, where all six are covered. Counts:
-- as at the end, with the change against twelve months before where that month is covered too.
WITH coverage AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        month_number
    FROM warehouse.fct_kpi_coverage
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

windows AS (
    SELECT
        ends.kpi_id,
        ends.authority_code,
        ends.month_number
    FROM coverage AS ends
    INNER JOIN coverage AS members
        ON
            ends.kpi_id = members.kpi_id
            AND ends.authority_code = members.authority_code
            AND members.month_number BETWEEN ends.month_number - 5 AND ends.month_number
    GROUP BY ends.kpi_id, ends.authority_code, ends.month_number
    HAVING count(*) = 6
),

pooled AS (
    SELECT
        windows.kpi_id,
        windows.authority_code,
        months.team_code,
        windows.month_number,
        windows.month_number - 5 AS first_month_number,
        cast(sum(months.numerator) AS BIGINT) AS numerator,
        cast(sum(months.denominator) AS BIGINT) AS denominator,
        months.scale * sum(months.numerator) / nullif(sum(months.denominator), 0) AS value,
        CASE
            WHEN count(months.value) = 6 THEN sum(cast(months.value AS DECIMAL(18, 9))) / 6
        END AS mean_of_months
    FROM windows
    INNER JOIN months
        ON
            windows.kpi_id = months.kpi_id
            AND windows.authority_code = months.authority_code
            AND months.month_number BETWEEN windows.month_number - 5 AND windows.month_number
    WHERE months.scale IS NOT NULL
    GROUP BY windows.kpi_id, windows.authority_code, months.team_code, windows.month_number, months.scale
),

both_ends AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        month_number,
        numerator AS count_now,
        NULL AS count_then
    FROM months
    WHERE scale IS NULL
    UNION ALL
    SELECT
        kpi_id,
        authority_code,
        team_code,
        month_number + 12 AS month_number,
        NULL AS count_now,
        numerator AS count_then
    FROM months
    WHERE scale IS NULL
),

counts AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        month_number,
        coalesce(max(count_now), 0) AS count_now,
        coalesce(max(count_then), 0) AS count_then
    FROM both_ends
    GROUP BY kpi_id, authority_code, team_code, month_number
),

changes AS (
    SELECT
        counts.kpi_id,
        counts.authority_code,
        counts.team_code,
        counts.month_number,
        counts.count_now,
        base.month_number AS base_month_number,
        CASE WHEN base.month_number IS NOT NULL THEN counts.count_then END AS base_value
    FROM counts
    INNER JOIN coverage
        ON
            counts.kpi_id = coverage.kpi_id
            AND counts.authority_code = coverage.authority_code
            AND counts.month_number = coverage.month_number
    LEFT JOIN coverage AS base
        ON
            counts.kpi_id = base.kpi_id
            AND counts.authority_code = base.authority_code
            AND counts.month_number = base.month_number + 12
),

every_window AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        month_number,
        first_month_number,
        numerator,
        denominator,
        value,
        mean_of_months,
        NULL AS base_month_number,
        NULL AS base_value
    FROM pooled
    UNION ALL
    SELECT
        kpi_id,
        authority_code,
        team_code,
        month_number,
        month_number AS first_month_number,
        count_now AS numerator,
        NULL AS denominator,
        cast(count_now AS DOUBLE) AS value,
        NULL AS mean_of_months,
        base_month_number,
        base_value
    FROM changes
)

SELECT
    every_window.kpi_id,
    every_window.authority_code,
    every_window.team_code,
    ends.reporting_month,
    starts.reporting_month AS first_month,
    every_window.numerator,
    every_window.denominator,
    every_window.value,
    every_window.mean_of_months,
    bases.reporting_month AS base_month,
    every_window.base_value,
    every_window.numerator - every_window.base_value AS change,
    CASE
        WHEN every_window.base_value >= 10
            THEN 100 * (every_window.numerator - every_window.base_value) / every_window.base_value
    END AS change_percent
FROM every_window
INNER JOIN names AS ends ON every_window.month_number = ends.month_number
INNER JOIN names AS starts ON every_window.first_month_number = starts.month_number
LEFT JOIN names AS bases ON every_window.base_month_number = bases.month_number
