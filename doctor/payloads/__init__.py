"""One request body on the bench: what the contract says of it, where it can be sent, and what came back."""
