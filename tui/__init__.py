"""The terminal UI: the engine's reports, explored; it collects nothing and judges nothing itself."""
