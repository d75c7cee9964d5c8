"""A worker process: reads tasks from standard input, writes readings to standard output, until the input ends.

Started as ``python -m pipelines.crawl.worker``, so that it shares nothing with the process that crawls: no database,
no sockets, no locks. What a hostile page does to it (endless loops, memory, a crash in C) ends here. The frames on
both pipes are a four-byte length and a pickle; both ends are ours.
"""

from __future__ import annotations

import gc
import pickle
import resource
import signal
import struct
import sys
from collections import OrderedDict
from contextlib import suppress
from typing import Any, BinaryIO

from pipelines.crawl.reading import Lesson, Listing, Single, Task, learnt, listed, read, record

FRAME = struct.Struct("!I")
LARGE_BYTES = 1_000_000
"""Bytes of a page after which a worker gives memory back."""
MAX_TEMPLATES = 64
"""Templates kept by one worker; the least recently used one goes first and is sent again when it is needed."""
_GC_OBJECTS = 50_000
_MIB = 1024 * 1024


def main(arguments: list[str]) -> None:
    """Work until standard input ends.

    *arguments*: megabytes of address space that may be added to the present, seconds of processor time for one page.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the crawl's to handle; it closes our input
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not fall between the frames
    import scraper.extract  # noqa: F401  (what every page needs comes before the limit and the freeze)

    more_mb, cpu_s = (int(argument) for argument in arguments or ("0", "0"))
    if more_mb:
        _limit_memory(more_mb)
    # A page makes some 50,000 short-lived objects and no circles to speak of: looking for circles 70 times a page costs
    # a tenth of the work.
    gc.freeze()
    gc.set_threshold(_GC_OBJECTS, 10, 10)
    templates: OrderedDict[tuple[str, int], Any] = OrderedDict()
    while (frame := read_frame(source)) is not None:
        # The frames come from the process that started this one, through a pipe nobody else holds.
        work: Task | Lesson | Listing | Single = pickle.loads(frame)  # noqa: S301
        if cpu_s:
            _limit_time(cpu_s)
        done: Any
        if isinstance(work, Task):
            done = read(work, _template(work, templates))
        elif isinstance(work, Single):
            done = record(work)
        else:
            done = learnt(work) if isinstance(work, Lesson) else listed(work)
        answer = pickle.dumps(done, pickle.HIGHEST_PROTOCOL)
        if len(frame) > LARGE_BYTES:
            del frame, work, done
            _give_memory_back()
        sink.write(FRAME.pack(len(answer)))
        sink.write(answer)
        sink.flush()


def _template(task: Task, templates: OrderedDict[tuple[str, int], Any]) -> Any:
    """Return the template of the task's site, learnt now or kept from an earlier task; None when there is none."""
    key = task.template_key
    if key is None:
        return None
    if task.template is not None:
        from scraper.template import Template

        templates[key] = Template.from_dict(task.template)
        if len(templates) > MAX_TEMPLATES:
            templates.popitem(last=False)
    if key in templates:
        templates.move_to_end(key)
    return templates.get(key)


def _give_memory_back() -> None:
    """Give what a large page took, and is free again, back to the machine; glibc keeps it otherwise."""
    import ctypes

    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def _limit_memory(more_mb: int) -> None:
    """Let the address space grow by *more_mb* megabytes and no further: a page may not take the machine with it."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  (a kernel file, not a path of ours)
            pages = int(file.read().split()[0])
    except OSError:  # not Linux: nothing says how much is taken already
        return
    limit = pages * resource.getpagesize() + more_mb * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _limit_time(more_s: int) -> None:
    """Let this process use *more_s* more seconds of processor time; then the kernel ends it.

    The crawl ends a worker that takes too long by the clock. This is for a worker whose crawl was killed meanwhile.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + 1 + more_s, hard))


def read_frame(source: BinaryIO) -> bytes | None:
    """Return the next frame's content, None at the end of the input."""
    head = source.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    (length,) = FRAME.unpack(head)
    content = source.read(length)
    return content if len(content) == length else None


if __name__ == "__main__":
    main(sys.argv[1:])
