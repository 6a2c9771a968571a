SELECT health.line
FROM usable.ssda903_oc2 AS health
CROSS JOIN rule_table.delivery
WHERE health.convicted IS NOT NULL AND health.dob + INTERVAL 10 YEAR > delivery.year_end
