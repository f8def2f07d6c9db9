"""Django set up once, in the process from which those of the jobs are forked; imported by nobody else."""

import django

from anmin.lib.starting import loading

with loading():
    django.setup()
