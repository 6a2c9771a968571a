SELECT placement.line
FROM usable.ssd_cla_placement AS placement
INNER JOIN usable.ssd_cla_episodes AS episodes ON placement.clap_cla_placement_id = episodes.clae_cla_placement_id
INNER JOIN rule_table.care_episode AS care ON episodes.line = care.line
WHERE placement.clap_cla_placement_distance IS NOT NULL AND care.ls IN ('V3', 'V4')
GROUP BY placement.line
