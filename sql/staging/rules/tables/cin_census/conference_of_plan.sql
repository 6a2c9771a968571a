-- One row an initial conference of a plan's referral.
SELECT
    plan.cp_plan_key AS plan_id,
    conference.date_of_initial_cpc AS conference_date
FROM usable.cin_census_cp_plans AS plan
INNER JOIN usable.cin_census_conferences AS conference ON plan.details_key = conference.details_key
