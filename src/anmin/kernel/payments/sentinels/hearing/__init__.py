"""What departments' batches say that must hold money (部门数据停发线索), heard before a check and before a file."""
