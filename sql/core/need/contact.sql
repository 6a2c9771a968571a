-- One row a contact about a child.
SELECT
    contacts.authority_code,
    contacts.cont_contact_id AS contact_id,
    contacts.cont_person_id AS child_id,
    contacts.cont_contact_date AS contact_date
FROM staging.ssd_contacts AS contacts
