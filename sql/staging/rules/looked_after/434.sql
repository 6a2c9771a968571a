SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.rne = 'L'
    AND (
        episode.ls = episode.previous_ls
        OR episode.place <> episode.previous_place
        OR episode.place_provider <> episode.previous_place_provider
    )
