SELECT health.line
FROM usable.ssda903_oc2 AS health
INNER JOIN rule_table.year_of_child AS care ON health.child = care.child
WHERE
    care.is_in_care_all_year
    AND (
        EXISTS (
            SELECT 1 FROM usable.ssda903_ad1 AS adoptions
            WHERE adoptions.child = health.child
        )
        OR EXISTS (
            SELECT 1 FROM usable.ssda903_oc3 AS leavers
            WHERE leavers.child = health.child
        )
    )
