-- One row a placement of a looked-after child. A3 to A6 are placements for adoption. One whose start could not be read
-- starts with the period of care, and one whose type could not be read is for adoption: so most falls due.
SELECT
    placements.authority_code,
    placements.clap_cla_placement_id AS placement_id,
    placements.clap_person_id AS child_id,
    placements.clap_cla_placement_type AS placement_type,
    placements.clap_cla_placement_provider AS placement_provider,
    placements.clap_cla_placement_distance AS distance,
    coalesce(
        placements.clap_cla_placement_type IN ('A3', 'A4', 'A5', 'A6'),
        list_contains(placements.unread_columns, 'clap_cla_placement_type'),
        false
    ) AS is_for_adoption,
    CASE
        WHEN list_contains(placements.unread_columns, 'clap_cla_placement_start_date') THEN periods.first_episode_date
        ELSE placements.clap_cla_placement_start_date
    END AS start_date,
    placements.clap_cla_placement_end_date AS end_date
FROM staging.ssd_cla_placement AS placements
ASOF LEFT JOIN core.care_period AS periods
    ON
        placements.authority_code = periods.authority_code
        AND placements.clap_person_id = periods.child_id
        AND end_date_or_open(placements.clap_cla_placement_end_date) > periods.first_episode_date
