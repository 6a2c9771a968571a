-- One row a KPI of the register. rag_sign turns a KPI where less is better round, so that more is better and one rule
-- rates both; a neutral KPI has none and is never rated.
SELECT
    kpi_id,
    title,
    unit,
    direction,
    cast(green_from AS DOUBLE) AS green_from,
    cast(amber_from AS DOUBLE) AS amber_from,
    CASE direction WHEN 'higher_is_better' THEN 1 WHEN 'lower_is_better' THEN -1 END AS rag_sign
FROM reference.kpi
