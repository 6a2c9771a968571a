SELECT health.line
FROM usable.ssda903_oc2 AS health
LEFT JOIN rule_table.year_of_child AS care ON health.child = care.child
WHERE
    care.is_in_care_all_year IS NOT TRUE
    AND list_count(
        [
            health.convicted, health.health_check, health.immunisations, health.teeth_check, health.health_assessment,
            health.substance_misuse, health.intervention_received, health.intervention_offered
        ]
    ) > 0
