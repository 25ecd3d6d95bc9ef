"""What a person does with a finding: fix, undo, copy, save, export."""
