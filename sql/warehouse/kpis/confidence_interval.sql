-- One row a way to give uncertainty, numerator and denominator that occurs, alone or beside those of a base: the 95%
-- limits, in the KPI's unit, of a percentage's difference in percentage points. A difference of small numbers has no
-- limits: an exact test says whether it is beyond chance, and of a share of fewer than the list says nothing does.
-- grain: uncertainty, scale, numerator, denominator, base_numerator, base_denominator
WITH chance_limits AS (
    SELECT
        max(number) FILTER (WHERE limit_id = 'fewest_of_a_share') AS fewest_of_a_share,
        max(number) FILTER (WHERE limit_id = 'fewest_expected') AS fewest_expected,
        max(number) FILTER (WHERE limit_id = 'significance_percent') AS significance_percent
    FROM reference.chance_limit
),

counted AS (
    SELECT
        *,
        cast(numerator AS DOUBLE) AS events,
        cast(coalesce(denominator, 1) AS DOUBLE) AS exposure,
        cast(base_numerator AS DOUBLE) AS base_events,
        cast(coalesce(base_denominator, 1) AS DOUBLE) AS base_exposure
    FROM warehouse.kpi_figure
),

sized AS (
    SELECT
        counted.*,
        chance_limits.significance_percent,
        counted.base_events IS NULL
        OR counted.uncertainty <> 'wilson'
        OR least(counted.exposure, counted.base_exposure) >= chance_limits.fewest_of_a_share AS is_enough,
        CASE
            WHEN counted.base_events IS NULL THEN false
            WHEN counted.uncertainty = 'wilson'
                THEN
                    fewest_in_a_cell(counted.events, counted.exposure, counted.base_events, counted.base_exposure)
                    < chance_limits.fewest_expected
            ELSE
                fewest_at_an_end(counted.events, counted.exposure, counted.base_events, counted.base_exposure)
                < chance_limits.fewest_expected
        END AS is_small
    FROM counted
    CROSS JOIN chance_limits
),

limited AS (
    SELECT
        *,
        CASE
            WHEN NOT is_enough OR is_small THEN NULL
            WHEN uncertainty = 'wilson' AND base_events IS NULL THEN wilson(events, exposure)
            WHEN uncertainty = 'wilson' THEN newcombe(events, exposure, base_events, base_exposure)
            WHEN base_events IS NULL THEN poisson(events, exposure)
            ELSE poisson_difference(events, exposure, base_events, base_exposure)
        END AS limits,
        CASE
            WHEN NOT is_enough OR NOT is_small THEN NULL
            WHEN uncertainty = 'wilson' THEN fisher(events, exposure, base_events, base_exposure)
            ELSE poisson_exact(events, exposure, base_events, base_exposure)
        END AS probability
    FROM sized
)

-- The last bits of a root differ between processors.
SELECT
    limited.uncertainty,
    limited.scale,
    limited.numerator,
    limited.denominator,
    limited.base_numerator,
    limited.base_denominator,
    round(coalesce(limited.scale, 1) * limited.limits.lower, 6) AS lower,
    round(coalesce(limited.scale, 1) * limited.limits.upper, 6) AS upper,
    CASE
        WHEN limited.base_numerator IS NULL OR NOT limited.is_enough THEN NULL
        WHEN limited.is_small THEN limited.probability < limited.significance_percent / 100
        ELSE limited.limits.lower > 0 OR limited.limits.upper < 0
    END AS is_beyond_chance
FROM limited
