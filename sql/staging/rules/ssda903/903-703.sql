SELECT orders.line
FROM usable.ssda903_dolo AS orders
CROSS JOIN rule_table.coverage
WHERE orders.dolo_start > coverage.last_day
