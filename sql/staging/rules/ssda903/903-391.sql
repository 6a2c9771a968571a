SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
CROSS JOIN rule_table.delivery
WHERE
    leaver.dob + INTERVAL 17 YEAR > delivery.year_end OR leaver.dob + INTERVAL 22 YEAR <= delivery.year_start
