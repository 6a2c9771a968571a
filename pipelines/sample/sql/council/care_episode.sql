-- One row an episode of care, with the placement it was spent in and the legal status that held when it began.
SELECT
    episodes.clae_cla_episode_id AS episode_id,
    episodes.clae_person_id AS child_id,
    episodes.clae_cla_episode_start_date AS start_date,
    episodes.clae_cla_episode_start_reason AS start_reason,
    episodes.clae_cla_primary_need_code AS category_of_need,
    episodes.clae_cla_episode_ceased_date AS end_date,
    episodes.clae_cla_episode_ceased_reason AS end_reason,
    statuses.lega_legal_status AS legal_status,
    placements.clap_cla_placement_type AS placement_type,
    placements.clap_cla_placement_provider AS placement_provider,
    placements.clap_cla_placement_postcode AS placement_postcode,
    placements.clap_cla_placement_urn AS placement_urn,
    CASE
        WHEN placements.clap_cla_placement_end_date = episodes.clae_cla_episode_ceased_date
            THEN placements.clap_cla_placement_change_reason
    END AS reason_place_change,
    coalesce(codes.is_short_break, false) AS is_short_break
FROM export.ssd_cla_episodes AS episodes
LEFT JOIN export.ssd_cla_placement AS placements
    ON episodes.clae_cla_placement_id = placements.clap_cla_placement_id
LEFT JOIN export.ssd_legal_status AS statuses
    ON
        episodes.clae_person_id = statuses.lega_person_id
        AND episodes.clae_cla_episode_start_date >= statuses.lega_legal_status_start_date
        AND episodes.clae_cla_episode_start_date < end_date_or_open(statuses.lega_legal_status_end_date)
LEFT JOIN reference.legal_status AS codes ON statuses.lega_legal_status = codes.legal_status
QUALIFY row_number() OVER (
    PARTITION BY episodes.clae_cla_episode_id
    ORDER BY statuses.lega_legal_status_start_date DESC, statuses.lega_legal_status ASC
) = 1
