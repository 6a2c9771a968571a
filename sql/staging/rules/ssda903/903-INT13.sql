SELECT absence.line
FROM usable.ssda903_missing AS absence
INNER JOIN usable.ssda903_header AS header ON absence.child = header.child
WHERE absence.dob <> header.dob
