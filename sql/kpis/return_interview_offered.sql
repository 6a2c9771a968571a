SELECT
    episodes.authority_code,
    episodes.end_team_code AS team_code,
    episodes.end_month AS reporting_month,
    episodes.child_id,
    episodes.record_key,
    one_or_zero(CASE WHEN episodes.excluded_because IS NULL THEN episodes.is_interview_offered END) AS numerator,
    one_if(episodes.excluded_because IS NULL AND episodes.is_interview_offered IS NOT NULL) AS denominator,
    coalesce(
        episodes.excluded_because,
        in_words(episodes.is_interview_offered, 'offered', 'not offered', 'not applicable, or not recorded')
    ) AS reason
FROM warehouse.fct_missing_episode AS episodes
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'return_interview_offered'
        AND episodes.authority_code = sources.authority_code
        AND episodes.end_month = sources.reporting_month
        AND episodes.source = sources.source
