-- Customers, their people, their projects and invoices, and what their files weigh.
--
-- The older tables have quoted camelCase columns because an ORM made them; the ORM also keeps
-- their "updatedAt". The snake_case tables keep updated_at by trigger, whoever writes to them.
-- Ids are text and come from the application, so they have no default.
--
-- "Unique, also where customer_id is null" is two partial unique indexes instead of one over
-- coalesce(customer_id, ''): no id can collide with a stand-in value, the customer's half serves
-- the foreign key, and either half can be named by ON CONFLICT ... WHERE.

create table customers (
    id text constraint customers_pkey primary key,
    company text not null,
    owner text not null,
    email text not null,
    status text not null default 'trial',
    storage_used bigint not null default 0,
    storage_limit bigint not null default 5368709120,
    "createdAt" timestamptz not null default now(),
    "updatedAt" timestamptz not null default now(),
    constraint customers_email_key unique (email),
    constraint customers_storage_used_check check (storage_used >= 0),
    constraint customers_storage_limit_check check (storage_limit > 0)
);

create table users (
    id text constraint users_pkey primary key,
    "customerId" text,
    name text not null,
    email text not null,
    role text not null,
    "isActive" boolean not null default true,
    status text not null default 'pending',
    "createdAt" timestamptz not null default now(),
    "updatedAt" timestamptz not null default now(),
    constraint users_email_key unique (email),
    constraint users_customer_id_fkey
        foreign key ("customerId") references customers (id) on delete cascade
);

create index users_customer_id_idx on users ("customerId");

create table team_roles (
    id text constraint team_roles_pkey primary key,
    customer_id text,
    name text not null,
    description text,
    is_system_role boolean not null default false,
    permissions jsonb not null default '{}',
    can_approve_invoices boolean not null default false,
    approval_limit numeric(15, 2),
    requires_approval_from text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint team_roles_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade
);

create unique index team_roles_customer_id_name_key
    on team_roles (customer_id, name) where customer_id is not null;
create unique index team_roles_system_name_key
    on team_roles (name) where customer_id is null;

create table team_members (
    id text constraint team_members_pkey primary key,
    customer_id text not null,
    user_id text,
    role_id text not null,
    first_name text not null,
    last_name text not null,
    email text not null,
    status text not null default 'active',
    delegate_to text,
    invited_by text,
    invited_at timestamptz not null default now(),
    joined_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint team_members_customer_id_email_key unique (customer_id, email),
    constraint team_members_status_check
        check (status in ('active', 'inactive', 'suspended', 'invited')),
    constraint team_members_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade,
    constraint team_members_user_id_fkey
        foreign key (user_id) references users (id) on delete set null,
    constraint team_members_role_id_fkey
        foreign key (role_id) references team_roles (id) on delete restrict,
    constraint team_members_delegate_to_fkey
        foreign key (delegate_to) references team_members (id) on delete set null,
    constraint team_members_invited_by_fkey
        foreign key (invited_by) references users (id) on delete set null
);

create index team_members_user_id_idx on team_members (user_id);
create index team_members_role_id_idx on team_members (role_id);
create index team_members_delegate_to_idx on team_members (delegate_to);
create index team_members_invited_by_idx on team_members (invited_by);

create table projects (
    id text constraint projects_pkey primary key,
    "customerId" text not null,
    name text not null,
    stage text not null default 'planning',
    status text not null default 'active',
    "totalBudget" numeric(15, 2) not null default 0,
    currency char(3) not null default 'USD',
    "createdAt" timestamptz not null default now(),
    "updatedAt" timestamptz not null default now(),
    constraint projects_customer_id_fkey
        foreign key ("customerId") references customers (id) on delete cascade
);

create index projects_customer_id_idx on projects ("customerId");
create index projects_stage_idx on projects (stage);
create index projects_status_idx on projects (status);

create table invoices (
    id text constraint invoices_pkey primary key,
    "projectId" text not null,
    "invoiceNumber" text not null,
    description text not null,
    amount numeric(15, 2) not null,
    currency char(3) not null,
    status text not null default 'pending',
    "dueDate" timestamptz,
    "approvedBy" text,
    "approvedAt" timestamptz,
    "createdAt" timestamptz not null default now(),
    "updatedAt" timestamptz not null default now(),
    constraint invoices_invoice_number_key unique ("invoiceNumber"),
    constraint invoices_amount_check check (amount >= 0),
    constraint invoices_project_id_fkey
        foreign key ("projectId") references projects (id) on delete cascade,
    constraint invoices_approved_by_fkey
        foreign key ("approvedBy") references users (id) on delete set null
);

create index invoices_project_id_idx on invoices ("projectId");
create index invoices_approved_by_idx on invoices ("approvedBy");

create table invoice_attachments (
    id text constraint invoice_attachments_pkey primary key,
    invoice_id text not null,
    customer_id text not null,
    file_path text not null,
    file_name text not null,
    file_size bigint not null,
    file_type text not null,
    mime_type text not null,
    uploaded_by text,
    uploaded_at timestamptz not null default now(),
    constraint invoice_attachments_file_size_check check (file_size between 1 and 52428800),
    constraint invoice_attachments_file_type_check
        check (file_type in ('image', 'pdf', 'document', 'spreadsheet', 'other')),
    constraint invoice_attachments_invoice_id_fkey
        foreign key (invoice_id) references invoices (id) on delete cascade,
    constraint invoice_attachments_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade,
    constraint invoice_attachments_uploaded_by_fkey
        foreign key (uploaded_by) references users (id) on delete set null
);

create index invoice_attachments_invoice_id_idx on invoice_attachments (invoice_id);
create index invoice_attachments_customer_id_idx on invoice_attachments (customer_id);
create index invoice_attachments_uploaded_by_idx on invoice_attachments (uploaded_by);

create table storage_usage (
    id text constraint storage_usage_pkey primary key,
    customer_id text not null,
    file_type text not null,
    file_count integer not null default 0,
    total_size bigint not null default 0,
    last_updated timestamptz not null default now(),
    constraint storage_usage_customer_id_file_type_key unique (customer_id, file_type),
    constraint storage_usage_file_count_check check (file_count >= 0),
    constraint storage_usage_total_size_check check (total_size >= 0),
    constraint storage_usage_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade
);

-- The clock and not now(): two changes in one transaction are two moments.
create function set_updated_at() returns trigger
language plpgsql
as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end
$$;

create trigger team_roles_updated_at
    before update on team_roles
    for each row execute function set_updated_at();

create trigger team_members_updated_at
    before update on team_members
    for each row execute function set_updated_at();

-- A trigger runs with the search_path of whoever fires it: a restore has none, another service
-- may have its own. So each function that touches other tables looks for them beside the table
-- that fired it, in whichever schema that is, with temporary tables last. The SET clause is what
-- gives the caller its own search_path back when the function ends.

-- The customer's row is the lock: two uploads at once wait for each other there, and the second
-- adds to what the first left. Raising the error takes the addition back.
create function storage_add_attachment() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
declare
    used bigint;
    allowed bigint;
begin
    perform set_config('search_path', format('%I, pg_temp', tg_table_schema), true);

    update customers
    set storage_used = storage_used + new.file_size
    where id = new.customer_id
    returning storage_used, storage_limit into used, allowed;

    if used > allowed then
        raise exception 'storage limit of customer % would be passed', new.customer_id
            using errcode = 'check_violation',
                detail = format(
                    '%s of %s bytes are in use; the file has %s.',
                    used - new.file_size, allowed, new.file_size
                ),
                hint = 'Delete attachments, or raise customers.storage_limit.';
    end if;

    insert into storage_usage as usage (id, customer_id, file_type, file_count, total_size)
    values (gen_random_uuid()::text, new.customer_id, new.file_type, 1, new.file_size)
    on conflict (customer_id, file_type) do update
    set file_count = usage.file_count + 1,
        total_size = usage.total_size + excluded.total_size,
        last_updated = clock_timestamp();

    return null;
end
$$;

-- Never below zero: a sum that was corrected by hand must not make a file undeletable.
create function storage_remove_attachment() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
    perform set_config('search_path', format('%I, pg_temp', tg_table_schema), true);

    update customers
    set storage_used = greatest(storage_used - old.file_size, 0)
    where id = old.customer_id;

    update storage_usage
    set file_count = greatest(file_count - 1, 0),
        total_size = greatest(total_size - old.file_size, 0),
        last_updated = clock_timestamp()
    where customer_id = old.customer_id and file_type = old.file_type;

    return null;
end
$$;

-- After, not before: a row that ON CONFLICT leaves out, or a foreign key refuses, weighs nothing.
create trigger invoice_attachments_storage_add
    after insert on invoice_attachments
    for each row execute function storage_add_attachment();

create trigger invoice_attachments_storage_remove
    after delete on invoice_attachments
    for each row execute function storage_remove_attachment();
