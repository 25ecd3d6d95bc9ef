"""Evidence as tables, texts and moments: what a person looks through after the causes have been told."""
