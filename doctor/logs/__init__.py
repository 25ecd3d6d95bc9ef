"""Reading logs: bytes of any format to decoded lines, one file or a million."""
