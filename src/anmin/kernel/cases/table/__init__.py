"""The work table (工作台): cases by saved views and filters, with what each lacks, what comes next, and what is doubtful."""
