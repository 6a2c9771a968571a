WITH figures AS (
    SELECT
        authority_code,
        reporting_month,
        window_months,
        first_month,
        kpi_id,
        team_code,
        category,
        scale,
        numerator,
        denominator,
        value,
        value_rounded,
        mean_of_months,
        mean_of_months_differs
    FROM warehouse.fct_kpi_window
),

narratives AS (
    SELECT
        authority_code,
        reporting_month,
        cast(NULL AS VARCHAR) AS team_code,
        6 AS longest_window,
        subject,
        claims,
        words,
        note,
        signed_by,
        signed_on
    FROM warehouse.dim_narrative
),

confidence_limits AS (
    SELECT
        uncertainty,
        scale,
        numerator,
        denominator,
        lower,
        upper
    FROM warehouse.confidence_interval
    WHERE base_numerator IS NULL
),

undecided AS (
    SELECT
        figures.kpi_id,
        figures.authority_code,
        figures.team_code,
        figures.category,
        figures.reporting_month,
        figures.window_months,
        cast(sum(months.undecided) AS BIGINT) AS undecided
    FROM figures
    INNER JOIN warehouse.fct_kpi_undecided AS months
        ON
            figures.kpi_id = months.kpi_id
            AND figures.authority_code = months.authority_code
            AND figures.team_code IS NOT DISTINCT FROM months.team_code
            AND months.reporting_month BETWEEN figures.first_month AND figures.reporting_month
    GROUP BY
        figures.kpi_id,
        figures.authority_code,
        figures.team_code,
        figures.category,
        figures.reporting_month,
        figures.window_months
),

rated AS (
    SELECT
        figures.*,
        kpis.title,
        kpis.unit,
        confidence_limits.lower,
        confidence_limits.upper,
        targets.green_from AS target,
        rating(kpis.direction, figures.value_rounded, targets.green_from, targets.amber_from) AS rag
    FROM figures
    INNER JOIN warehouse.dim_kpi AS kpis ON figures.kpi_id = kpis.kpi_id
    LEFT JOIN warehouse.dim_target AS targets
        ON
            figures.kpi_id = targets.kpi_id
            AND figures.authority_code = targets.authority_code
            AND figures.reporting_month = targets.reporting_month
    LEFT JOIN confidence_limits
        ON
            kpis.uncertainty = confidence_limits.uncertainty
            AND figures.scale IS NOT DISTINCT FROM confidence_limits.scale
            AND figures.numerator = confidence_limits.numerator
            AND figures.denominator IS NOT DISTINCT FROM confidence_limits.denominator
)

SELECT
    rated.authority_code,
    rated.reporting_month,
    month_end_of(rated.reporting_month) AS month_end,
    rated.window_months,
    rated.window_months <= 6 AS is_headline,
    rated.first_month,
    rated.kpi_id,
    rated.title,
    level_of(rated.team_code) AS level,
    rated.team_code,
    rated.category,
    rated.numerator,
    rated.denominator,
    coalesce(undecided.undecided, 0) AS undecided,
    rated.value,
    rated.value_rounded,
    rated.lower,
    rated.upper,
    rated.unit,
    rated.mean_of_months,
    rated.mean_of_months_differs,
    rated.target,
    rated.rag,
    coalesce(contradicts(narratives.claims, rated.rag), false) AS narrative_conflict,
    CASE WHEN contradicts(narratives.claims, rated.rag) THEN narratives.words END AS narrative_words,
    narratives.note AS narrative_note,
    narratives.signed_by AS narrative_signed_by,
    narratives.signed_on AS narrative_signed_on
FROM rated
LEFT JOIN undecided
    ON
        rated.kpi_id = undecided.kpi_id
        AND rated.authority_code = undecided.authority_code
        AND rated.team_code IS NOT DISTINCT FROM undecided.team_code
        AND rated.category IS NOT DISTINCT FROM undecided.category
        AND rated.reporting_month = undecided.reporting_month
        AND rated.window_months = undecided.window_months
LEFT JOIN narratives
    ON
        rated.kpi_id = narratives.subject
        AND rated.authority_code = narratives.authority_code
        AND rated.reporting_month = narratives.reporting_month
        AND rated.team_code IS NOT DISTINCT FROM narratives.team_code
        AND rated.window_months <= narratives.longest_window
