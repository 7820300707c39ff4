"""The schema as typed Python for the application: made from Git, and told when it is stale."""
