"""Logging in (登录): who may come in, how they prove it, how long they may stay, and how the first ones are made."""
