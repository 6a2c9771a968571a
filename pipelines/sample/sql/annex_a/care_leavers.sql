-- One row a care leaver.
SELECT
    children.child_id AS child_unique_id,
    children.gender,
    children.ethnicity,
    children.date_of_birth,
    children.age,
    children.has_disability,
    leavers.eligibility AS eligibility_category,
    CASE leavers.in_touch
        WHEN 'YES' THEN 'Yes'
        WHEN 'NO' THEN 'No'
        WHEN 'DIED' THEN 'Died'
        WHEN 'REFU' THEN 'Refu'
        WHEN 'RHOM' THEN 'Rhom'
        ELSE leavers.in_touch
    END AS la_in_touch,
    leavers.contact_date AS latest_date_of_contact,
    leavers.accommodation AS type_of_accommodation,
    CASE leavers.suitable_code WHEN '1' THEN 'Suitable' WHEN '2' THEN 'Unsuitable' END AS suitability_of_accommodation,
    CASE leavers.activity WHEN 'F5' THEN 'F3' ELSE leavers.activity END AS activity_status
FROM council.care_leaver AS leavers
INNER JOIN council.child AS children ON leavers.child_id = children.child_id
