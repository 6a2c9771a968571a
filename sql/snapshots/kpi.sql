SELECT
    kpi_id,
    title,
    definition,
    unit,
    direction,
    measure,
    uncertainty,
    standard,
    standard_type,
    numerator,
    denominator,
    clock,
    exclusions,
    source,
    confidence,
    section
FROM reference.kpi
