SELECT line
FROM usable.workforce_census_workers
WHERE fte IS NULL AND fte_30 IS NULL
