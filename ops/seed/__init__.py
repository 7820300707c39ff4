"""System data: the rows that Git holds, the rows that are there, and closing the gap."""
