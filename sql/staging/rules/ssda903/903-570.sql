SELECT absence.line
FROM usable.ssda903_missing AS absence
CROSS JOIN rule_table.delivery
WHERE absence.mis_start > delivery.year_end
