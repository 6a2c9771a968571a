SELECT
    looked_after.authority_code,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.child_id,
    looked_after.child_id AS record_key,
    CASE
        WHEN looked_after.birth_date IS NULL THEN 'unknown'
        WHEN birthday(looked_after.birth_date, 1) > looked_after.month_end THEN '0'
        WHEN birthday(looked_after.birth_date, 5) > looked_after.month_end THEN '1-4'
        WHEN birthday(looked_after.birth_date, 10) > looked_after.month_end THEN '5-9'
        WHEN birthday(looked_after.birth_date, 16) > looked_after.month_end THEN '10-15'
        ELSE '16-17'
    END AS category,
    cast(
        CASE WHEN looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided THEN 1 END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(
        CASE WHEN looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided THEN 1 END AS DECIMAL(18, 2)
    ) AS denominator,
    coalesce(looked_after.excluded_because, concat('born ', looked_after.birth_date)) AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_age_share'
        AND looked_after.authority_code = sources.authority_code
        AND looked_after.reporting_month = sources.reporting_month
        AND looked_after.source = sources.source
