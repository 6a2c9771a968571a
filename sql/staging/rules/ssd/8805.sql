SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE episode.cine_close_date IS NOT NULL AND episode.cine_close_reason IS NULL
