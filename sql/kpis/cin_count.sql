SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    child_id AS record_key,
    one_if(excluded_because IS NULL AND NOT is_undecided) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat('referred on ', start_date)) AS reason
FROM warehouse.fct_child_in_need_month
