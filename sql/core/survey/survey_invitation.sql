-- One row a survey: files that contradict themselves give no number.
SELECT
    invitations.authority_code,
    invitations.delivery_month AS reporting_month,
    max(invitations.survey_date) AS survey_date,
    CASE WHEN min(invitations.invited) = max(invitations.invited) THEN max(invitations.invited) END AS invited
FROM staging.survey_invited AS invitations
GROUP BY invitations.authority_code, invitations.delivery_month
