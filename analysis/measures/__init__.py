"""Arithmetic: pure functions of data sets that return a number, a range or a table.

No function here knows what the article says, on which day the report stands, or where a row came from.
Units are in the names of columns and in each docstring.
"""
