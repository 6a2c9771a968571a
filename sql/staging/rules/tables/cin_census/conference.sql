-- One row a date of an initial conference, with its enquiry or with the referral.
SELECT
    conference.line,
    conference.lachildid AS child,
    conference.details_key AS referral_id,
    conference.s47_key AS enquiry_id,
    conference.date_of_initial_cpc AS conference_date
FROM usable.cin_census_conferences AS conference
