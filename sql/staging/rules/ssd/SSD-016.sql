SELECT episode.line
FROM usable.ssd_cla_episodes AS episode
INNER JOIN usable.ssd_person AS person ON episode.clae_person_id = person.pers_person_id
WHERE coalesce(episode.clae_cla_episode_ceased_date > person.pers_death_date, person.pers_death_date IS NOT NULL)
