SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
INNER JOIN rule_table.year_of_child AS care ON adoption.child = care.child
WHERE
    (adoption.foster_care = '0' AND care.last_place IN ('A3', 'A5'))
    OR (adoption.foster_care = '1' AND care.last_place IN ('A4', 'A6'))
