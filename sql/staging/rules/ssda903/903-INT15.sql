SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
INNER JOIN usable.ssda903_header AS header ON leaver.child = header.child
WHERE leaver.dob <> header.dob
