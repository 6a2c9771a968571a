SELECT disability.line
FROM rule_table.disability AS disability
WHERE disability.disability IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY disability.child, disability.disability ORDER BY disability.line) > 1
