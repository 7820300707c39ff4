"""Two environments beside one another: each is live, or a file of facts that was carried here."""
