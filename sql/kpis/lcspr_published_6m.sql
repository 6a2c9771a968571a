SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    review_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(is_in_time AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat_ws(', ', 'due ' || due_date, 'published ' || published_date))
        AS reason
FROM warehouse.fct_practice_review
