SELECT placement.line
FROM usable.ssd_cla_placement AS placement
WHERE placement.clap_cla_placement_distance > 350
