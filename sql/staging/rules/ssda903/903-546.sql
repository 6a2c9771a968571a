SELECT health.line
FROM usable.ssda903_oc2 AS health
CROSS JOIN rule_table.delivery
WHERE health.health_check IS NOT NULL AND health.dob + INTERVAL 5 YEAR <= delivery.year_end
