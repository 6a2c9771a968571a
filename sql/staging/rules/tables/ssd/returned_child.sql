-- One row a child who has a referral, or what follows one: the children that the CIN census would return. It would have
-- the expected day of birth while the case is open and the child is not born.
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
        bool_or(in_need.is_open) AS is_open
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
    CASE WHEN child.birth_date IS NULL AND children.is_open THEN child.expected_birth_date END AS expected_date_returned
FROM rule_table.child AS child
INNER JOIN children ON child.child = children.child
