"""Servers of others, asked by address."""
