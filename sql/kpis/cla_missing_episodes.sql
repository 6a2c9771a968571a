SELECT
    episodes.authority_code,
    episodes.start_team_code AS team_code,
    episodes.start_month AS reporting_month,
    episodes.child_id,
    episodes.record_key,
    one_if(episodes.excluded_because IS NULL) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(episodes.excluded_because, concat('missing since ', episodes.start_date)) AS reason
FROM warehouse.fct_missing_episode AS episodes
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_missing_episodes'
        AND episodes.authority_code = sources.authority_code
        AND episodes.start_month = sources.reporting_month
        AND episodes.source = sources.source
