"""Anmin 安民: an open civil-affairs system (民政系统) for Chinese cities."""

__version__ = "0.1.0"
