SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    review_id AS record_key,
    coalesce(participation_code, 'unknown') AS category,
    cast(1 AS DECIMAL(18, 2)) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    coalesce(participation_code, 'not recorded') AS reason
FROM warehouse.fct_review_participation
