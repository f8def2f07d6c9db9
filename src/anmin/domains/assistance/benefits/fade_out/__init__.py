"""Fade-out of dibao after a member took a job (低保渐退)."""
