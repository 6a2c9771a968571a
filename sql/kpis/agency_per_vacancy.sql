SELECT
    authority_code,
    team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    post_id AS record_key,
    cast(CASE WHEN post_status = 'agency' THEN full_time_equivalent ELSE 0 END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN post_status = 'vacant' THEN full_time_equivalent ELSE 0 END AS DECIMAL(18, 2)) AS denominator,
    concat(post_status, ', ', full_time_equivalent, ' full-time equivalent') AS reason
FROM warehouse.fct_post_month
WHERE is_in_force AND post_status IN ('agency', 'vacant')
