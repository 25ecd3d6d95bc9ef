"""A live service, seen from outside: name, connection, certificate, and what it answers."""
