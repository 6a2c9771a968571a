SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
CROSS JOIN rule_table.delivery
WHERE
    leaver.accom IN ('Z1', 'Z2')
    AND leaver.dob + INTERVAL 17 YEAR BETWEEN delivery.year_start AND delivery.year_end
