"""Stands in the way of the module that hides a program's command line, where it is installed."""

raise ImportError
