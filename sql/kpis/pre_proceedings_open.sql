SELECT
    blocks.authority_code,
    blocks.team_code,
    blocks.reporting_month,
    blocks.child_id,
    blocks.pre_proceedings_id AS record_key,
    cast(1 AS DECIMAL(18, 2)) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    concat('since ', blocks.start_date) AS reason
FROM warehouse.fct_pre_proceedings_month AS blocks
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'pre_proceedings_open'
