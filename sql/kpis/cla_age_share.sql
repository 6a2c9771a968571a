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
    one_if(looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided) AS numerator,
    one_if(looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided) AS denominator,
    coalesce(looked_after.excluded_because, concat('born ', looked_after.birth_date)) AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_age_share'
