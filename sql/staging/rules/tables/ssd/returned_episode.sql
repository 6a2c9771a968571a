-- One row an episode as the SSDA903 would return it. Its legal status is the one in force on its first day: of several,
-- the latest.
WITH legal_statuses AS (
    SELECT
        given.line,
        arg_max(statuses.lega_legal_status, (statuses.lega_legal_status_start_date, statuses.line)) AS ls
    FROM usable.ssd_cla_episodes AS given
    INNER JOIN usable.ssd_legal_status AS statuses
        ON
            given.clae_person_id = statuses.lega_person_id
            AND given.clae_cla_episode_start_date >= statuses.lega_legal_status_start_date
            AND given.clae_cla_episode_start_date < end_date_or_open(statuses.lega_legal_status_end_date)
    GROUP BY given.line
)

SELECT
    given.line,
    given.clae_person_id AS child,
    given.clae_cla_episode_start_date AS decom,
    given.clae_cla_episode_start_reason AS rne,
    legal_statuses.ls,
    given.clae_cla_primary_need_code AS cin,
    placements.clap_cla_placement_type AS place,
    placements.clap_cla_placement_provider AS place_provider,
    given.clae_cla_episode_ceased_date AS dec,
    given.clae_cla_episode_ceased_reason AS rec,
    CASE
        WHEN given.clae_cla_episode_ceased_date = placements.clap_cla_placement_end_date
            THEN placements.clap_cla_placement_change_reason
    END AS reason_place_change
FROM usable.ssd_cla_episodes AS given
LEFT JOIN legal_statuses ON given.line = legal_statuses.line
LEFT JOIN usable.ssd_cla_placement AS placements ON given.clae_cla_placement_id = placements.clap_cla_placement_id
