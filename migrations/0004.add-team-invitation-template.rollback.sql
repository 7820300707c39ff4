-- Removes the system's invitation, also in the words that seeds/ gave it since; `invoke seed`
-- brings it back. A customer's own invitation stays.

delete from notification_templates
where type = 'team_invitation' and customer_id is null;
