"""The sample organisations of `duebook demo`: invented, seeded, the same on every machine."""
