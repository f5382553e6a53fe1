"""The article: what this report says of the Nile, and how each number of it is made."""
