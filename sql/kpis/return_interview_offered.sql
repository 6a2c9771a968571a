SELECT
    episodes.authority_code,
    episodes.end_team_code AS team_code,
    episodes.end_month AS reporting_month,
    episodes.child_id,
    episodes.record_key,
    cast(
        CASE WHEN episodes.excluded_because IS NULL THEN cast(episodes.is_interview_offered AS INTEGER) END
        AS DECIMAL(18, 2)
    ) AS numerator,
    cast(
        CASE WHEN episodes.excluded_because IS NULL AND episodes.is_interview_offered IS NOT NULL THEN 1 END
        AS DECIMAL(18, 2)
    ) AS denominator,
    CASE
        WHEN episodes.excluded_because IS NOT NULL THEN episodes.excluded_because
        WHEN episodes.is_interview_offered THEN 'offered'
        WHEN NOT episodes.is_interview_offered THEN 'not offered'
        ELSE 'not applicable, or not recorded'
    END AS reason
FROM warehouse.fct_missing_episode AS episodes
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'return_interview_offered'
        AND episodes.authority_code = sources.authority_code
        AND episodes.end_month = sources.reporting_month
        AND episodes.source = sources.source
