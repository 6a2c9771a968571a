SELECT
    kpi_id,
    category,
    label,
    display_order
FROM reference.kpi_category
