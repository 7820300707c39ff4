"""A backup before danger: taken, read back and counted; and rehearsed, by restoring it."""
