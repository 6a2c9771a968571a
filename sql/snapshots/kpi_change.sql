WITH confidence_limits AS (
    SELECT
        uncertainty,
        scale,
        numerator,
        denominator,
        base_numerator,
        base_denominator,
        lower,
        upper,
        is_beyond_chance
    FROM warehouse.confidence_interval
    WHERE base_numerator IS NOT NULL
),

changes AS (
    SELECT
        changes.*,
        kpis.title,
        kpis.unit,
        CASE WHEN NOT changes.is_of_the_same THEN kpis.uncertainty END AS uncertainty
    FROM warehouse.fct_kpi_change AS changes
    INNER JOIN warehouse.dim_kpi AS kpis ON changes.kpi_id = kpis.kpi_id
)

SELECT
    changes.authority_code,
    changes.reporting_month,
    month_end_of(changes.reporting_month) AS month_end,
    changes.comparator,
    changes.base_month,
    changes.window_months,
    changes.kpi_id,
    changes.title,
    level_of(changes.team_code) AS level,
    changes.team_code,
    changes.category,
    changes.unit,
    changes.numerator,
    changes.denominator,
    changes.value,
    changes.value_rounded,
    changes.base_numerator,
    changes.base_denominator,
    changes.base_value,
    changes.base_value_rounded,
    changes.change,
    changes.change_percent,
    confidence_limits.lower,
    confidence_limits.upper,
    confidence_limits.is_beyond_chance
FROM changes
LEFT JOIN confidence_limits
    ON
        changes.uncertainty = confidence_limits.uncertainty
        AND changes.scale IS NOT DISTINCT FROM confidence_limits.scale
        AND changes.numerator = confidence_limits.numerator
        AND changes.denominator IS NOT DISTINCT FROM confidence_limits.denominator
        AND changes.base_numerator = confidence_limits.base_numerator
        AND changes.base_denominator IS NOT DISTINCT FROM confidence_limits.base_denominator
