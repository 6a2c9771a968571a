SELECT absence.line
FROM usable.ssda903_missing AS absence
CROSS JOIN rule_table.delivery
WHERE absence.mis_end NOT BETWEEN delivery.year_start AND delivery.year_end
