SELECT
    episodes.authority_code,
    episodes.clae_cla_episode_id AS episode_id,
    episodes.clae_person_id AS child_id,
    episodes.clae_cla_episode_start_date AS start_date,
    episodes.clae_cla_episode_ceased_date AS end_date
FROM staging.ssd_cla_episodes AS episodes
