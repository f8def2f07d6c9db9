"""Delegations (委托代办): a member of the family acts for somebody in named matters, until it is taken back."""
