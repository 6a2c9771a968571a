SELECT absence.line
FROM usable.ssda903_missing AS absence
WHERE absence.missing IS NULL AND absence.mis_start IS NOT NULL
