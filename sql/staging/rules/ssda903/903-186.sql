SELECT health.line
FROM usable.ssda903_oc2 AS health
CROSS JOIN rule_table.delivery
INNER JOIN rule_table.year_of_child AS care ON health.child = care.child
WHERE
    health.sdq_score IS NULL
    AND health.dob + INTERVAL 4 YEAR <= delivery.year_start
    AND health.dob + INTERVAL 17 YEAR > delivery.year_end
    AND care.is_in_care_all_year
