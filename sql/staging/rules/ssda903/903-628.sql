SELECT header.line
FROM usable.ssda903_header AS header
LEFT JOIN rule_table.year_of_child AS care ON header.child = care.child
WHERE
    header.mother IS NOT NULL
    AND care.is_in_care IS NOT TRUE
    AND EXISTS (
        SELECT 1 FROM usable.ssda903_oc3 AS leavers
        WHERE leavers.child = header.child
    )
