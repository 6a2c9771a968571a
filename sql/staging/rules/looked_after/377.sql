SELECT latest.line
FROM rule_table.care_episode AS latest
INNER JOIN rule_table.care_episode AS each_placement ON latest.child = each_placement.child
WHERE
    latest.place = 'T3'
    AND each_placement.place = 'T3'
    AND each_placement.decom <= latest.decom
    AND each_placement.decom > latest.decom - INTERVAL 12 MONTH
GROUP BY latest.line
HAVING count(*) > 2
