SELECT assessment.line
FROM usable.ssd_cin_assessments AS assessment
INNER JOIN usable.ssd_cin_assessments AS earlier ON assessment.cina_person_id = earlier.cina_person_id
WHERE
    (earlier.cina_assessment_start_date, earlier.line) < (assessment.cina_assessment_start_date, assessment.line)
    AND assessment.cina_assessment_start_date < end_date_or_open(earlier.cina_assessment_auth_date)
GROUP BY assessment.line
