SELECT health.line
FROM usable.ssda903_oc2 AS health
WHERE
    coalesce(health.substance_misuse, '0') <> '1'
    AND (health.intervention_received IS NOT NULL OR health.intervention_offered IS NOT NULL)
