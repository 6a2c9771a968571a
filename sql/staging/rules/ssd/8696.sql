SELECT assessment.line
FROM usable.ssd_cin_assessments AS assessment
CROSS JOIN rule_table.delivery
WHERE assessment.cina_assessment_auth_date > delivery.extracted_by
