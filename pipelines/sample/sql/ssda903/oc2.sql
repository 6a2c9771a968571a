-- One row a child looked after for the whole collection year, once it is over.
SELECT
    outcomes.child_id AS child,
    outcomes.date_of_birth AS dob,
    cast(outcomes.sdq_score AS INTEGER) AS sdq_score,
    CASE WHEN outcomes.is_10_or_over THEN cast(cast(outcomes.is_convicted AS INTEGER) AS VARCHAR) END AS convicted,
    CASE WHEN outcomes.is_under_5 THEN cast(cast(outcomes.is_development_checked AS INTEGER) AS VARCHAR) END
        AS health_check,
    cast(cast(outcomes.is_immunised AS INTEGER) AS VARCHAR) AS immunisations,
    cast(cast(outcomes.is_seen_by_dentist AS INTEGER) AS VARCHAR) AS teeth_check,
    cast(cast(outcomes.is_assessed AS INTEGER) AS VARCHAR) AS health_assessment,
    cast(cast(outcomes.has_substance_misuse AS INTEGER) AS VARCHAR) AS substance_misuse,
    CASE WHEN outcomes.has_substance_misuse THEN cast(cast(outcomes.is_received AS INTEGER) AS VARCHAR) END
        AS intervention_received,
    CASE WHEN outcomes.has_substance_misuse AND NOT outcomes.is_received THEN '1' END AS intervention_offered
FROM council.outcome AS outcomes
CROSS JOIN council.month AS months
WHERE months.month_end = months.year_to
