SELECT orders.line
FROM usable.ssda903_dolo AS orders
CROSS JOIN rule_table.coverage
WHERE orders.dolo_end NOT BETWEEN coverage.first_day AND coverage.last_day
