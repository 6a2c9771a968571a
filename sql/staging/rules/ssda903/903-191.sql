SELECT health.line
FROM usable.ssda903_oc2 AS health
INNER JOIN rule_table.year_of_child AS care ON health.child = care.child
WHERE
    care.is_in_care_all_year
    AND list_count([health.immunisations, health.teeth_check, health.health_assessment, health.substance_misuse]) < 4
