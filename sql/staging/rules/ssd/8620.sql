SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
CROSS JOIN rule_table.delivery
WHERE episode.cine_close_date > delivery.extracted_by
