-- An invitation has roles to choose from, and a member can be given each of them.

insert into customers (id, company, owner, email)
values ('probe', 'Probe', 'Probe', 'owner@probe.invalid');

select exists (
    select from team_roles where is_system_role and customer_id is null
) as "there are roles to choose from";

select exists (
    select from team_roles
    where is_system_role and customer_id is null and can_approve_invoices
) as "one of the roles may approve invoices";

insert into team_members (id, customer_id, role_id, first_name, last_name, email, status)
select 'probe-' || id, 'probe', id, 'Pro', 'Be', id || '@probe.invalid', 'invited'
from team_roles where is_system_role and customer_id is null;

-- expect error: 23514 team_members_status_check
update team_members set status = 'nonsense' where customer_id = 'probe';

-- Unique, though NULL is not equal to NULL.
-- expect error: 23505 team_roles_system_name_key
insert into team_roles (id, name, is_system_role)
select 'probe', name, true from team_roles where is_system_role and customer_id is null limit 1;
