-- One row a care leaver of 17 to 21 at the month's end.
SELECT
    leavers.clea_person_id AS child_id,
    children.date_of_birth,
    leavers.clea_care_leaver_eligibility AS eligibility,
    leavers.clea_care_leaver_in_touch AS in_touch,
    leavers.clea_care_leaver_latest_contact AS contact_date,
    leavers.clea_care_leaver_accommodation AS accommodation,
    leavers.clea_care_leaver_accom_suitable AS suitable_code,
    leavers.clea_care_leaver_activity AS activity
FROM export.ssd_care_leavers AS leavers
CROSS JOIN council.month AS months
INNER JOIN council.child AS children ON leavers.clea_person_id = children.child_id
WHERE
    birthday(children.date_of_birth, 17) <= months.month_end
    AND birthday(children.date_of_birth, 22) > months.month_end
