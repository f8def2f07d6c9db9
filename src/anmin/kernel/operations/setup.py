"""Django set up once, in the process from which those of the jobs are forked; imported by nobody else."""

import django

django.setup()
