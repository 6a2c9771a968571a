SELECT health.line
FROM usable.ssda903_oc2 AS health
WHERE
    health.substance_misuse = '1' AND health.intervention_received = '0' AND health.intervention_offered IS NULL
