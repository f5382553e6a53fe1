"""The words: the book's chapters and sentences, and the table of numbers that they may use."""
