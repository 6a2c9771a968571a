-- Days of sickness are given for the twelve months to the end of the delivery, and for no others.
SELECT
    authority_code,
    team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    post_id AS record_key,
    cast(coalesce(sickness_days, 0) AS DECIMAL(18, 2)) AS numerator,
    cast(
        CASE
            WHEN is_in_force THEN full_time_equivalent * CASE WHEN holds_29_february THEN 254 ELSE 253 END ELSE 0
        END AS DECIMAL(18, 2)
    ) AS denominator,
    concat(coalesce(sickness_days, 0), ' days lost') AS reason
FROM warehouse.fct_post_month
WHERE post_status = 'employed' AND reporting_month = delivery_month
