-- One row a KPI of an authority: those with a target first, the furthest from it before the others, then by section.
SELECT
    authority_code,
    kpi_id,
    title,
    CASE WHEN target IS NOT NULL THEN 'with a target' ELSE section END AS part,
    unit,
    numerator,
    denominator,
    value_rounded,
    target,
    rag,
    month_change,
    year_change,
    year_verdict
FROM kpi_summary
WHERE reporting_month = $month
ORDER BY
    authority_code ASC,
    target IS NULL ASC,
    CASE rag WHEN 'red' THEN 1 WHEN 'amber' THEN 2 WHEN 'green' THEN 3 ELSE 4 END ASC,
    abs(value_rounded - target) DESC NULLS LAST,
    section ASC,
    title ASC
