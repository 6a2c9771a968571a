-- One row an episode as the SSDA903 would return it, with the child's episode before and after it: by the day it began,
-- then by the day it ended. Its legal status is the one in force on its first day: of several, the latest.
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
),

episodes AS (
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
)

SELECT
    episodes.line,
    episodes.child,
    episodes.decom,
    episodes.rne,
    episodes.ls,
    episodes.cin,
    episodes.place,
    episodes.place_provider,
    episodes.dec,
    episodes.rec,
    episodes.reason_place_change,
    lag(episodes.decom) OVER in_order AS previous_decom,
    lag(episodes.ls) OVER in_order AS previous_ls,
    lag(episodes.cin) OVER in_order AS previous_cin,
    lag(episodes.place) OVER in_order AS previous_place,
    lag(episodes.dec) OVER in_order AS previous_dec,
    lag(episodes.rec) OVER in_order AS previous_rec,
    lead(episodes.decom) OVER in_order AS next_decom,
    lead(episodes.rne) OVER in_order AS next_rne,
    lead(episodes.place) OVER in_order AS next_place
FROM episodes
WINDOW in_order AS (
    PARTITION BY episodes.child, episodes.decom IS NULL
    ORDER BY episodes.decom ASC, episodes.dec ASC NULLS LAST, episodes.line ASC
)
