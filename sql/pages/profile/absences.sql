-- One row a KPI that the delivery does not give, and why. is_of_source: a table of this source could give part of it.
WITH given AS (
    SELECT
        kpi_id,
        bool_or(starts_with(table_name, concat($source, '_'))) AS is_of_source
    FROM reference.kpi_requirement
    GROUP BY kpi_id
)

SELECT
    absences.kpi_id,
    absences.title,
    absences.reason,
    coalesce(given.is_of_source, false) AS is_of_source
FROM snapshots.kpi_absence AS absences
LEFT JOIN given ON absences.kpi_id = given.kpi_id
ORDER BY absences.title
