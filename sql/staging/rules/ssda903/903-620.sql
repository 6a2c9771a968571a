SELECT header.line
FROM usable.ssda903_header AS header
CROSS JOIN rule_table.delivery
WHERE header.mother = '1' AND header.dob + INTERVAL 11 YEAR > delivery.year_end
