"""The probe: one file that rehearses an entry script anywhere, and the launcher that runs it here."""
