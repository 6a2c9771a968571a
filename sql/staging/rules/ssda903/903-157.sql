SELECT health.line
FROM usable.ssda903_oc2 AS health
CROSS JOIN rule_table.delivery
WHERE
    health.sdq_reason = 'SDQ1'
    AND health.dob + INTERVAL 4 YEAR <= delivery.year_start
    AND health.dob + INTERVAL 17 YEAR > delivery.year_end
