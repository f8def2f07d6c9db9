"""Forms that anybody may send without a log-in (公开表格), counted by network."""
