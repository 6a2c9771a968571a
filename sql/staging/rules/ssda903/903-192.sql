SELECT health.line
FROM usable.ssda903_oc2 AS health
WHERE health.substance_misuse = '1' AND health.intervention_received IS NULL
