"""The engine of a report whose every number can be opened: from the sentence to the hashed source row."""

__version__ = "0.1.0"
