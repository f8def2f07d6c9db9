"""Sharing requests (数据共享申请): a department asks for fields on a legal basis; silence never grants."""
