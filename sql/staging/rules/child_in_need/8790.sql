SELECT disability.line
FROM rule_table.disability AS disability
WHERE
    disability.disability = 'NONE'
    AND EXISTS (
        SELECT 1 FROM rule_table.disability AS others
        WHERE others.child = disability.child AND others.disability <> 'NONE'
    )
