"""The article: what this report says of Bitcoin miners and AI, and how each number of it is made."""
