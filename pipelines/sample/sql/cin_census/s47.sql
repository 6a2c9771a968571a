-- One row an enquiry that began, or led to a conference, in the collection year.
SELECT
    details.lachildid,
    enquiries.enquiry_id AS s47_key,
    details.details_key,
    enquiries.start_date AS s47_actual_start_date,
    enquiries.target_date AS initial_cpc_target,
    enquiries.needs_no_conference AS icpc_not_required
FROM council.enquiry AS enquiries
CROSS JOIN council.month AS months
INNER JOIN cin_census.details AS details ON enquiries.referral_id = details.details_key
WHERE
    enquiries.enquiry_id IS NOT NULL
    AND greatest(enquiries.start_date, enquiries.conference_date) >= months.year_from
