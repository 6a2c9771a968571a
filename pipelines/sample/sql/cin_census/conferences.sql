-- One row a conference of the collection year: within its enquiry, and without one where a child moved in on a plan.
SELECT
    details.lachildid,
    enquiries.conference_id AS conference_key,
    details.details_key,
    enquiries.enquiry_id AS s47_key,
    enquiries.conference_date AS date_of_initial_cpc
FROM council.enquiry AS enquiries
CROSS JOIN council.month AS months
INNER JOIN cin_census.details AS details ON enquiries.referral_id = details.details_key
WHERE enquiries.conference_date >= months.year_from
