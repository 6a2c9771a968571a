SELECT orders.line
FROM usable.ssda903_dolo AS orders
INNER JOIN rule_table.year_of_child AS care ON orders.child = care.child
WHERE orders.dolo_end IS NULL AND orders.dolo_start IS NOT NULL AND care.left_on IS NOT NULL
