SELECT header.line
FROM usable.ssda903_header AS header
WHERE header.sex = 'U'
