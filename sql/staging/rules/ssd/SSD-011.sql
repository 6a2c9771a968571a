WITH numbers AS (
    SELECT
        link_identifier_value,
        count(DISTINCT link_person_id) AS people
    FROM usable.ssd_linked_identifiers
    WHERE link_identifier_type = 'Unique Pupil Number'
    GROUP BY link_identifier_value
)

SELECT links.line
FROM usable.ssd_linked_identifiers AS links
INNER JOIN numbers ON links.link_identifier_value = numbers.link_identifier_value
WHERE links.link_identifier_type = 'Unique Pupil Number' AND numbers.people > 1
