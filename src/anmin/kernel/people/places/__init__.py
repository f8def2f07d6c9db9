"""Where persons and households live and are registered (住址和户口), with every earlier place and its last day."""
