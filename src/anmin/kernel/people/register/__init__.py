"""The register itself (人员登记): persons, their numbers, households, memberships and ties as rows are written."""
