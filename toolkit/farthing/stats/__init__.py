"""Statistics on numbers and arrays, with no ledger in sight."""
