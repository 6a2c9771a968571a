-- One row a section 47 enquiry. It has no last day of its own: it ends with its conference, or when none is needed.
WITH conferences AS (
    SELECT
        s47_key,
        min(date_of_initial_cpc) AS date_of_initial_cpc
    FROM usable.cin_census_conferences
    GROUP BY s47_key
)

SELECT
    enquiry.line,
    enquiry.lachildid AS child,
    enquiry.details_key AS referral_id,
    enquiry.s47_key AS enquiry_id,
    enquiry.s47_actual_start_date AS start_date,
    coalesce(
        conferences.date_of_initial_cpc, CASE WHEN enquiry.icpc_not_required THEN enquiry.s47_actual_start_date END
    ) AS end_date,
    enquiry.icpc_not_required IS TRUE AS needs_no_conference
FROM usable.cin_census_s47 AS enquiry
LEFT JOIN conferences ON enquiry.s47_key = conferences.s47_key
