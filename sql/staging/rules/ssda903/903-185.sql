SELECT health.line
FROM usable.ssda903_oc2 AS health
LEFT JOIN rule_table.year_of_child AS care ON health.child = care.child
WHERE health.sdq_score IS NOT NULL AND care.is_in_care_all_year IS NOT TRUE
