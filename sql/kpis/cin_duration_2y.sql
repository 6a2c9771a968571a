SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    child_id AS record_key,
    one_or_zero(
        CASE WHEN excluded_because IS NULL AND NOT is_undecided THEN start_date + INTERVAL 2 YEAR <= month_end END
    ) AS numerator,
    one_if(excluded_because IS NULL AND NOT is_undecided) AS denominator,
    coalesce(excluded_because, concat('referred on ', start_date)) AS reason
FROM warehouse.fct_child_in_need_month
