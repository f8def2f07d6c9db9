"""Devices (登录设备): where somebody is logged in, and the end of that."""
