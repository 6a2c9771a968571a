SELECT health.line
FROM usable.ssda903_oc2 AS health
WHERE health.intervention_received = '1' AND health.intervention_offered IS NOT NULL
