SELECT
    authority_code,
    team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    post_id AS record_key,
    cast(CASE WHEN is_starter THEN full_time_equivalent ELSE 0 END AS DECIMAL(18, 2)) AS numerator,
    cast(full_time_equivalent AS DECIMAL(18, 2)) AS denominator,
    concat(CASE WHEN is_starter THEN 'started' ELSE 'employed' END, ', ', full_time_equivalent, ' full-time equivalent')
        AS reason
FROM warehouse.fct_post_month
WHERE post_status = 'employed' AND is_in_force
