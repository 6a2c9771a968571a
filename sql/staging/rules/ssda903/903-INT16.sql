SELECT permanence.line
FROM usable.ssda903_prev_perm AS permanence
INNER JOIN usable.ssda903_header AS header ON permanence.child = header.child
WHERE permanence.dob <> header.dob
