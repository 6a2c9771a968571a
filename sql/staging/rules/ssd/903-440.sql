WITH children AS (
    SELECT
        episodes.clae_cla_id,
        min(person.pers_dob) AS dob
    FROM usable.ssd_cla_episodes AS episodes
    INNER JOIN usable.ssd_person AS person ON episodes.clae_person_id = person.pers_person_id
    GROUP BY episodes.clae_cla_id
)

SELECT review.line
FROM usable.ssd_cla_reviews AS review
INNER JOIN children ON review.clar_cla_id = children.clae_cla_id
WHERE
    review.clar_cla_review_cancelled IS NOT TRUE
    AND review.clar_cla_review_participation = 'PN0'
    AND review.clar_cla_review_date >= children.dob + INTERVAL 4 YEAR
