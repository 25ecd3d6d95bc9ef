"""The contract of a service: what it says it takes and gives, and what is really sent and answered."""
