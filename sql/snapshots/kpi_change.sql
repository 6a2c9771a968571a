WITH changes AS (
    SELECT
        authority_code,
        reporting_month,
        comparator,
        base_month,
        window_months,
        kpi_id,
        team_code,
        scale,
        numerator,
        denominator,
        value,
        base_numerator,
        base_denominator,
        base_value,
        change,
        change_percent
    FROM warehouse.fct_kpi_change
),

kpis AS (
    SELECT
        kpi_id,
        title,
        unit,
        uncertainty
    FROM warehouse.dim_kpi
),

intervals AS (
    SELECT
        uncertainty,
        scale,
        numerator,
        denominator,
        base_numerator,
        base_denominator,
        lower,
        upper
    FROM warehouse.dim_uncertainty
    WHERE base_numerator IS NOT NULL
)

SELECT
    changes.authority_code,
    changes.reporting_month,
    changes.comparator,
    changes.base_month,
    changes.window_months,
    changes.kpi_id,
    kpis.title,
    changes.team_code,
    kpis.unit,
    changes.numerator,
    changes.denominator,
    changes.value,
    changes.base_numerator,
    changes.base_denominator,
    changes.base_value,
    changes.change,
    changes.change_percent,
    intervals.lower,
    intervals.upper,
    intervals.lower > 0 OR intervals.upper < 0 AS is_beyond_chance
FROM changes
INNER JOIN kpis ON changes.kpi_id = kpis.kpi_id
LEFT JOIN intervals
    ON
        kpis.uncertainty = intervals.uncertainty
        AND changes.scale IS NOT DISTINCT FROM intervals.scale
        AND changes.numerator = intervals.numerator
        AND changes.denominator IS NOT DISTINCT FROM intervals.denominator
        AND changes.base_numerator = intervals.base_numerator
        AND changes.base_denominator IS NOT DISTINCT FROM intervals.base_denominator
