-- An adoption counts in each month of the three years after it.
SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    adoption_id AS record_key,
    cast(days_to_match AS DECIMAL(18, 2)) AS numerator,
    one_if(days_to_match IS NOT NULL) AS denominator,
    concat(
        'adopted ', adoption_date, coalesce(', ' || days_to_match || ' days', ', a day on the way is not recorded')
    ) AS reason,
    false AS is_open
FROM warehouse.fct_adoption_month
