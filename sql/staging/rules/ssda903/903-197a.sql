SELECT health.line
FROM usable.ssda903_oc2 AS health
WHERE health.sdq_score IS NOT NULL AND health.sdq_reason IS NOT NULL
