SELECT absence.line
FROM usable.ssda903_missing AS absence
WHERE absence.mis_end < absence.mis_start
