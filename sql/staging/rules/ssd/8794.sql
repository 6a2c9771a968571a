SELECT disability.line
FROM usable.ssd_disability AS disability
WHERE disability.disa_disability_code IS NOT NULL
QUALIFY
    row_number() OVER (
        PARTITION BY disability.disa_person_id, disability.disa_disability_code
        ORDER BY disability.line
    ) > 1
