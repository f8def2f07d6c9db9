"""Family beds of elder care (家庭养老床位): request, assessment, setting up, service, review, closure, subsidy."""
