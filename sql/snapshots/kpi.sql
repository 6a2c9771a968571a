SELECT
    kpi_id,
    title,
    definition,
    unit,
    direction,
    standard,
    standard_type,
    numerator,
    denominator,
    clock,
    exclusions,
    source,
    confidence,
    cast(green_from AS DOUBLE) AS green_from,
    cast(amber_from AS DOUBLE) AS amber_from
FROM reference.kpi
