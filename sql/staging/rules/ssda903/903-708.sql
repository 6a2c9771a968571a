SELECT orders.line
FROM usable.ssda903_dolo AS orders
WHERE orders.dolo_start <= orders.dob
