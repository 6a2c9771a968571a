-- One row a placement for adoption that began in the collection year.
SELECT
    header.child,
    header.dob,
    placements.clap_cla_placement_start_date AS date_placed
FROM export.ssd_cla_placement AS placements
CROSS JOIN council.month AS months
INNER JOIN ssda903.header AS header ON placements.clap_person_id = header.child
WHERE
    placements.clap_cla_placement_type IN ('A3', 'A4', 'A5', 'A6')
    AND placements.clap_cla_placement_start_date >= months.year_from
