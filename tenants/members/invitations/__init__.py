"""Invitations: how people come to be members."""
