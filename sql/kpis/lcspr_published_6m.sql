SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    review_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN is_in_time END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, concat_ws(', ', 'due ' || due_date, 'published ' || published_date))
        AS reason
FROM warehouse.fct_practice_review
