"""Choose what to diagnose."""
