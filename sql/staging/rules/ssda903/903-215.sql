SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
INNER JOIN usable.ssda903_oc2 AS health ON leaver.child = health.child
WHERE
    list_count([
        health.convicted, health.health_check, health.immunisations, health.teeth_check, health.health_assessment,
        health.substance_misuse, health.intervention_received, health.intervention_offered
    ]) > 0
GROUP BY leaver.line
