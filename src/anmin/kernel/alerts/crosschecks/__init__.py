"""The quarterly cross-check with the watch against return to poverty (防返贫监测比对): whom only one side knows."""
