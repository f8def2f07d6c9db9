"""Exchange (部门往来): what people agreed to, what departments are asked and answer, and what is set right."""
