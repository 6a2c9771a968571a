SELECT disability.line
FROM usable.ssd_disability AS disability
WHERE
    disability.disa_disability_code = 'NONE'
    AND EXISTS (
        SELECT 1 FROM usable.ssd_disability AS others
        WHERE others.disa_person_id = disability.disa_person_id AND others.disa_disability_code <> 'NONE'
    )
