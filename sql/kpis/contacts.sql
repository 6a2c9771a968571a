SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    contact_id AS record_key,
    cast(1 AS DECIMAL(18, 2)) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    concat('on ', contact_date) AS reason
FROM warehouse.fct_contact
