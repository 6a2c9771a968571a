-- One row a child who has a referral, or what follows one: the children that the CIN census would return, if their
-- case is open.
WITH in_need AS (
    SELECT
        referrals.child,
        referrals.closure_date IS NULL AS is_open
    FROM rule_table.referral AS referrals
    UNION ALL
    SELECT
        activities.child,
        false AS is_open
    FROM rule_table.activity AS activities
),

children AS (
    SELECT
        in_need.child,
        bool_or(in_need.is_open) AS is_returned_now
    FROM in_need
    GROUP BY in_need.child
)

SELECT
    child.line,
    child.child,
    child.sex,
    child.ethnicity,
    child.birth_date,
    child.expected_birth_date,
    child.has_no_known_upn,
    children.is_returned_now
FROM rule_table.child AS child
INNER JOIN children ON child.child = children.child
