-- DESTROYS DATA. Every customer, user, role, project, invoice and attachment goes with its table.
-- One statement, so that no order of statements can break it.

do $$
begin
    drop table
        customers,
        users,
        team_roles,
        team_members,
        projects,
        invoices,
        invoice_attachments,
        storage_usage;
    drop function
        set_updated_at(),
        storage_add_attachment(),
        storage_remove_attachment();
end
$$;
