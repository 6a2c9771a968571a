-- One row a visit, review, conference or assessment that is overdue or falls due soon: babies first, then what has been
-- overdue for longest. week: 0 for what is overdue, 1 for the next five working days, 2 for the rest.
SELECT
    items.team_code,
    left(cast(items.worker_id AS VARCHAR), 13) AS worker,
    left(cast(items.child_id AS VARCHAR), 13) AS child,
    left(cast(items.record_key AS VARCHAR), 13) AS record,
    items.kind,
    kinds.title AS what,
    kinds.kpi_id,
    kinds.display_order,
    cast(items.due_date AS VARCHAR) AS due_date,
    items.is_overdue,
    items.is_baby,
    CASE WHEN items.is_baby THEN 'baby' ELSE '' END AS baby,
    items.working_days,
    CASE WHEN items.is_overdue THEN 0 WHEN items.working_days <= 5 THEN 1 ELSE 2 END AS week,
    CASE
        WHEN items.is_overdue THEN 'Overdue'
        WHEN items.working_days <= 5 THEN 'Next 5 working days'
        ELSE 'Next 20 working days'
    END AS due_when
FROM warehouse.fct_due_soon AS items
INNER JOIN reference.due_kind AS kinds ON items.kind = kinds.kind
WHERE items.authority_code = $authority
ORDER BY
    items.is_overdue DESC,
    items.is_baby DESC,
    items.due_date ASC,
    kinds.display_order ASC,
    items.team_code ASC,
    items.worker_id ASC,
    items.record_key ASC
