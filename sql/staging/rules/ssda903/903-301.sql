SELECT header.line
FROM usable.ssda903_header AS header
CROSS JOIN rule_table.delivery
WHERE header.dob > delivery.year_end
