SELECT health.line
FROM usable.ssda903_oc2 AS health
CROSS JOIN rule_table.delivery
WHERE
    health.dob + INTERVAL 4 YEAR > delivery.year_end
    AND (health.sdq_score IS NOT NULL OR health.sdq_reason IS NOT NULL)
