-- One row a child of the return.
SELECT
    header.child,
    header.sex,
    header.dob
FROM usable.ssda903_header AS header
