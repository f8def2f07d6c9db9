"""Jobs that raise, hang, eat memory, die or succeed; loaded by the worker of the test alone."""

import ctypes
import os
import time

from django.conf import settings

from anmin.kernel.operations import jobs, working

jobs.PAUSES = (0, 0)


@jobs.background(name="poison.good", title="good")
def good(number):
    pass


@jobs.background(name="poison.raises", title="raises")
def raises():
    raise ValueError("身份证号 990101199001011232 的“张三丰”写不进去")


@jobs.background(name="poison.hangs", title="hangs", seconds=2)
def hangs():
    time.sleep(3600)


@jobs.background(name="poison.eats", title="eats", megabytes=400)
def eats():
    held = []
    while True:
        held.append(bytearray(50_000_000))
        time.sleep(0.05)


@jobs.background(name="poison.dies", title="dies")
def dies():
    os.kill(os.getpid(), 9)


@jobs.background(name="poison.crashes", title="crashes")
def crashes():
    ctypes.string_at(0)


if settings.CARELESS:
    working._carry_out = lambda name, arguments, limits: jobs.app.tasks[name].func(**arguments)
