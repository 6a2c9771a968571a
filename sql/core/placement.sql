-- One row a placement of a looked-after child.
SELECT
    placements.authority_code,
    placements.clap_cla_placement_id AS placement_id,
    placements.clap_person_id AS child_id,
    placements.clap_cla_placement_type AS placement_type,
    placements.clap_cla_placement_start_date AS start_date,
    placements.clap_cla_placement_end_date AS end_date
FROM staging.ssd_cla_placement AS placements
