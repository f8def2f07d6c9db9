"""The list of basic elder services (基本养老服务清单): what a person is entitled to, item by item, and why or why not."""
