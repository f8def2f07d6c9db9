"""Economic-status checks (家庭经济状况核对): departments are asked about a household that agreed to it."""
