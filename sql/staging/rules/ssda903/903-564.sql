SELECT absence.line
FROM usable.ssda903_missing AS absence
WHERE absence.missing IS NOT NULL AND absence.mis_start IS NULL
