-- A figure, rounded as it is shown, against a target: the edges of green and amber belong to them.
CREATE OR REPLACE MACRO rating(direction, shown, green_from, amber_from) AS
    CASE
        WHEN green_from IS NULL THEN 'no target'
        WHEN shown IS NULL THEN 'not rated'
        WHEN direction = 'lower_is_better' AND shown <= green_from THEN 'green'
        WHEN direction = 'lower_is_better' AND shown <= amber_from THEN 'amber'
        WHEN direction = 'higher_is_better' AND shown >= green_from THEN 'green'
        WHEN direction = 'higher_is_better' AND shown >= amber_from THEN 'amber'
        ELSE 'red'
    END;

-- Does what a report says of a figure (red, amber, green, or not_red) contradict its rating?
CREATE OR REPLACE MACRO contradicts(claims, rag) AS
    CASE claims WHEN 'not_red' THEN rag = 'red' ELSE rag IN ('green', 'amber', 'red') AND claims <> rag END;

-- Of a change: better or worse where it is more than chance explains and its direction is a good or a bad one.
CREATE OR REPLACE MACRO verdict_of_change(direction, change, is_beyond_chance) AS
    CASE
        WHEN is_beyond_chance IS NULL THEN 'not judged'
        WHEN change = 0 OR NOT is_beyond_chance THEN 'chance'
        WHEN direction = 'neutral' THEN 'changed'
        WHEN (change > 0) = (direction = 'higher_is_better') THEN 'better'
        ELSE 'worse'
    END;
