SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
LEFT JOIN rule_table.year_of_child AS care ON leaver.child = care.child
WHERE
    care.is_in_care IS NOT TRUE
    AND EXISTS (
        SELECT 1 FROM usable.ssda903_uasc AS seekers
        WHERE seekers.child = leaver.child
    )
