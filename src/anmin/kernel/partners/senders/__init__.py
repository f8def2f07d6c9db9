"""Senders (标准接口发送方): systems of partners that speak the exchange standard, and how each proves who it is."""
