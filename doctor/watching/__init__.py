"""What tells that a target is no longer as it was when it was diagnosed; nothing here is judged or changed."""
