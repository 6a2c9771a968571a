-- One row a disability of a child.
SELECT
    disability.line,
    disability.lachildid AS child,
    disability.disability
FROM usable.cin_census_disabilities AS disability
