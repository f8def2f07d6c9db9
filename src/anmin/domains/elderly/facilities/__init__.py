"""Places of elder care (养老服务设施): day care, homes of mutual help, centres, attendance, projects against plan."""
