SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
INNER JOIN usable.ssd_person AS person ON episode.cine_person_id = person.pers_person_id
WHERE episode.cine_referral_date > person.pers_death_date
