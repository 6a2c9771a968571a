SELECT orders.line
FROM usable.ssda903_dolo AS orders
WHERE orders.dolo_end <= orders.dolo_start
