SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
CROSS JOIN rule_table.delivery
WHERE leaver.accom IN ('T1', 'T2') AND leaver.dob + INTERVAL 18 YEAR > delivery.year_start
