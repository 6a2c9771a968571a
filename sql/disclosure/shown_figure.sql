-- One row a figure of the public edition: which of its parts are shown, and so whether what follows from them is.
SELECT
    authority_code,
    kpi_id,
    nullif(team_code, '') AS team_code,
    month,
    window_months,
    bool_or(part = 'numerator' AND is_shown) AS is_numerator_shown,
    bool_and(is_shown OR part = 'numerator') AS is_denominator_shown,
    bool_and(is_shown) AS is_shown
FROM fate
GROUP BY authority_code, kpi_id, team_code, month, window_months
