-- One row a child of whom the SSDA903 holds outcomes (OC2), as at the end of the collection year: null where nothing
-- was recorded. A child who is there twice counts with the row that holds most.
SELECT
    outcomes.authority_code,
    coalesce(same.known_as, outcomes.child) AS child_id,
    outcomes.delivery_month AS reporting_month,
    outcomes.sdq_score,
    outcomes.health_assessment = '1' AS is_assessed,
    outcomes.teeth_check = '1' AS is_seen_by_dentist,
    outcomes.immunisations = '1' AS is_immunised,
    outcomes.health_check = '1' AS is_developing_checked,
    outcomes.convicted = '1' AS is_convicted,
    outcomes.substance_misuse = '1' AS has_substance_misuse
FROM staging.ssda903_oc2 AS outcomes
LEFT JOIN core.same_child AS same
    ON outcomes.authority_code = same.authority_code AND outcomes.child = same.child_id
QUALIFY row_number() OVER (
    PARTITION BY outcomes.authority_code, coalesce(same.known_as, outcomes.child)
    ORDER BY outcomes.health_assessment ASC NULLS LAST, outcomes.sdq_score ASC NULLS LAST, outcomes.line ASC
) = 1
