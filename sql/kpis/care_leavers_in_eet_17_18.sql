SELECT
    leavers.authority_code,
    leavers.team_code,
    leavers.reporting_month,
    leavers.person_id AS child_id,
    leavers.person_id AS record_key,
    cast(
        CASE WHEN leavers.excluded_because IS NULL THEN cast(coalesce(leavers.is_in_eet, false) AS INTEGER) END
        AS DECIMAL(18, 2)
    ) AS numerator,
    cast(CASE WHEN leavers.excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE
        WHEN leavers.excluded_because IS NOT NULL THEN leavers.excluded_because
        WHEN leavers.is_in_eet THEN 'in education, employment or training'
        WHEN NOT leavers.is_in_eet THEN 'in none'
        ELSE 'not recorded'
    END AS reason
FROM warehouse.fct_care_leaver_month AS leavers
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'care_leavers_in_eet_17_18'
        AND leavers.authority_code = sources.authority_code
        AND leavers.reporting_month = sources.reporting_month
        AND leavers.source = sources.source
WHERE leavers.age_group = '17-18'
