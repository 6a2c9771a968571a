-- Pre-proceedings that are still open are given for each month's end at which they are, and count in none.
WITH blocks AS (
    SELECT
        source,
        authority_code,
        end_team_code AS team_code,
        end_month AS reporting_month,
        child_id,
        pre_proceedings_id,
        cast(date_diff('day', start_date, end_date) / 7 AS DECIMAL(18, 2)) AS weeks,
        concat('from ', start_date, ' to ', end_date) AS reason,
        false AS is_open
    FROM warehouse.fct_pre_proceedings
    WHERE end_month IS NOT NULL
    UNION ALL
    SELECT
        source,
        authority_code,
        team_code,
        reporting_month,
        child_id,
        pre_proceedings_id,
        cast(NULL AS DECIMAL(18, 2)) AS weeks,
        concat('from ', start_date, ', open at the month''s end') AS reason,
        true AS is_open
    FROM warehouse.fct_pre_proceedings_month
)

SELECT
    blocks.authority_code,
    blocks.team_code,
    blocks.reporting_month,
    blocks.child_id,
    blocks.pre_proceedings_id AS record_key,
    blocks.weeks AS numerator,
    one_if(NOT blocks.is_open) AS denominator,
    blocks.reason,
    blocks.is_open
FROM blocks
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'pre_proceedings_weeks'
