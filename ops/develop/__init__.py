"""How a migration comes to be on a developer's machine: written and tried, or read off a change."""
