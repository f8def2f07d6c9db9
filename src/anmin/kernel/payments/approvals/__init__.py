"""Approvals of a run (发放审批): by different people, more of them above dated limits, on exactly the roster they saw."""
