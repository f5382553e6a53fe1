"""Live sources: one small module for each data set that `pivot refresh` can bring up to date.

A module names the address and the public documentation of its source, and turns answers into rows of the data
set as text, with which `refresh` goes on. None of them is imported by a build.
"""
