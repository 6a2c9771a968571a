-- One row a KPI of an authority, what misses its target first.
SELECT
    authority_code,
    kpi_id,
    title,
    section,
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
    CASE rag WHEN 'red' THEN 1 WHEN 'amber' THEN 2 WHEN 'green' THEN 3 ELSE 4 END ASC,
    abs(value_rounded - target) DESC NULLS LAST,
    title ASC
