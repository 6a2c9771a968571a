SELECT health.line
FROM usable.ssda903_oc2 AS health
WHERE
    health.convicted IS NOT NULL
    AND list_count([health.immunisations, health.teeth_check, health.health_assessment, health.substance_misuse]) < 4
