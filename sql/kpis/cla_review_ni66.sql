SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    spell_key AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(unmet = 0 AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat(unmet, ' not in time')) AS reason
FROM warehouse.fct_care_review_month
