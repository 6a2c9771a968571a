WITH disabilities AS (
    SELECT
        given.child,
        bool_and(given.disability IS NOT NULL) AS are_all_valid
    FROM rule_table.disability AS given
    GROUP BY given.child
)

SELECT child.line
FROM rule_table.returned_child AS child
LEFT JOIN disabilities ON child.child = disabilities.child
WHERE
    child.birth_date IS NOT NULL
    AND disabilities.are_all_valid IS NOT TRUE
    AND EXISTS (
        SELECT 1 FROM rule_table.referral AS referrals
        WHERE referrals.child = child.child AND NOT referrals.is_no_further_action
    )
