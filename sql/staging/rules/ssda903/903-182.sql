SELECT health.line
FROM usable.ssda903_oc2 AS health
WHERE
    list_count([health.immunisations, health.teeth_check, health.health_assessment, health.substance_misuse]) < 4
    AND list_count(
        [
            health.convicted, health.health_check, health.immunisations, health.teeth_check, health.health_assessment,
            health.substance_misuse, health.intervention_received, health.intervention_offered
        ]
    ) > 0
