SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
INNER JOIN usable.ssd_person AS person ON episode.cine_person_id = person.pers_person_id
CROSS JOIN rule_table.delivery
WHERE person.pers_dob + INTERVAL 25 YEAR < coalesce(episode.cine_close_date, delivery.month_end)
