WITH figures AS (
    SELECT
        authority_code,
        reporting_month,
        window_months,
        first_month,
        kpi_id,
        team_code,
        scale,
        numerator,
        denominator,
        value,
        shown,
        mean_of_months,
        is_mean_apart
    FROM warehouse.fct_kpi_window
),

kpis AS (
    SELECT
        kpi_id,
        title,
        unit,
        direction,
        uncertainty
    FROM warehouse.dim_kpi
),

targets AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        green_from,
        amber_from
    FROM warehouse.dim_target
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

intervals AS (
    SELECT
        uncertainty,
        scale,
        numerator,
        denominator,
        lower,
        upper
    FROM warehouse.dim_uncertainty
    WHERE base_numerator IS NULL
),

rated AS (
    SELECT
        figures.*,
        kpis.title,
        kpis.unit,
        intervals.lower,
        intervals.upper,
        targets.green_from AS target,
        rating(kpis.direction, figures.shown, targets.green_from, targets.amber_from) AS rag
    FROM figures
    INNER JOIN kpis ON figures.kpi_id = kpis.kpi_id
    LEFT JOIN targets
        ON
            figures.kpi_id = targets.kpi_id
            AND figures.authority_code = targets.authority_code
            AND figures.reporting_month = targets.reporting_month
    LEFT JOIN intervals
        ON
            kpis.uncertainty = intervals.uncertainty
            AND figures.scale IS NOT DISTINCT FROM intervals.scale
            AND figures.numerator = intervals.numerator
            AND figures.denominator IS NOT DISTINCT FROM intervals.denominator
)

SELECT
    rated.authority_code,
    rated.reporting_month,
    rated.window_months,
    rated.first_month,
    rated.kpi_id,
    rated.title,
    rated.team_code,
    rated.numerator,
    rated.denominator,
    rated.value,
    rated.shown,
    rated.lower,
    rated.upper,
    rated.unit,
    rated.mean_of_months,
    rated.is_mean_apart,
    rated.target,
    rated.rag,
    coalesce(contradicts(narratives.claims, rated.rag), false) AS narrative_conflict,
    CASE WHEN contradicts(narratives.claims, rated.rag) THEN narratives.words END AS narrative_words,
    narratives.note AS narrative_note,
    narratives.signed_by AS narrative_signed_by,
    narratives.signed_on AS narrative_signed_on
FROM rated
LEFT JOIN narratives
    ON
        rated.kpi_id = narratives.subject
        AND rated.authority_code = narratives.authority_code
        AND rated.reporting_month = narratives.reporting_month
        AND rated.team_code IS NOT DISTINCT FROM narratives.team_code
        AND rated.window_months <= narratives.longest_window
