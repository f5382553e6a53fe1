"""What code of another revision can not do on Linux: open sockets, signal others, get away, see our files.

A script, not a module: it comes first in the process of that code, gives up these rights for good, also for
all that the process will start, and then runs a program.

    confinement.py PROGRAM READABLE WRITABLE [WORD ...]

PROGRAM is Python; READABLE and WRITABLE are paths, separated as in `PATH`.
"""

import ctypes
import os
import platform
import struct
import sys

# Of each machine its number, and those of the system calls: socket, io_uring_setup (which opens sockets too),
# setsid and setpgid (which leave the group that is killed), kill, tkill, tgkill, rt_sigqueueinfo,
# rt_tgsigqueueinfo, pidfd_send_signal, pidfd_getfd, ptrace, process_vm_writev.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 425, 112, 109, 62, 200, 234, 129, 297, 424, 438, 101, 311)),
    "aarch64": (0xC00000B7, (198, 425, 157, 154, 129, 130, 131, 138, 240, 424, 438, 117, 271)),
}
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # of prctl
_LOAD, _IS, _IS_FROM, _RETURN = 0x20, 0x15, 0x35, 0x06  # instructions of a filter
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # its answers
_OTHER_CALLS = 0x40000000  # those of a second numbering on x86-64

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the system calls of Landlock, on every machine
_READ_FILE, _READ = 0b0101, 0b1101  # execute and read; list folders too
_ALL = 0x1FFF  # its rights since it is there; later ones: move (2), truncate (3)
_OF_FILES = 0x4007

_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc", "/dev/null", "/dev/urandom", "/sys/devices/system/cpu")


def landlock() -> int:
    """Which Landlock the system knows, 0 if none, or if it is another system."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return 0
    return max(0, int(ctypes.CDLL(None).syscall(_CREATE, None, 0, 1)))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def confine(readable: list[str], writable: list[str]) -> None:
    """Give up all but these paths, what programs of the system need, and what is none of its business."""
    libc = ctypes.CDLL(None, use_errno=True)
    _checked(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    every = _ALL | (landlock() > 1) << 13 | (landlock() > 2) << 14  # noqa: PLR2004 -- its versions
    rules = _checked(libc.syscall(_CREATE, struct.pack("Q", every), 8, 0))
    python = (sys.prefix, sys.base_prefix)
    paths = [(path, _READ) for path in (*_SYSTEM, *python, *readable)]
    for path, rights in [*paths, *((path, every) for path in (*writable, "/dev/null"))]:
        if os.path.exists(path):  # noqa: PTH110 -- pathlib is slow to import
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = rights & (every if os.path.isdir(path) else _OF_FILES)  # noqa: PTH112
            _checked(libc.syscall(_ADD, rules, 1, struct.pack("=Qi", allowed, place), 0))
            os.close(place)
    _checked(libc.syscall(_RESTRICT, rules, 0))
    steps = b"".join(struct.pack("HBBI", *step) for step in _filter())
    kept = ctypes.create_string_buffer(steps)
    head = struct.pack("HxxxxxxQ", len(steps) // 8, ctypes.addressof(kept))
    _checked(libc.prctl(_SECCOMP, _FILTER, head, 0, 0))


def _filter() -> list[tuple[int, int, int, int]]:
    """What the system asks about each call: instruction, steps to jump if so, if not, and a number."""
    machine, refused = _MACHINES[platform.machine()]
    return [
        (_LOAD, 0, 0, 4),
        (_IS, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_IS_FROM, len(refused) + 1, 0, _OTHER_CALLS),
        *((_IS, len(refused) - place, 0, call) for place, call in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]


if __name__ == "__main__":
    _, program, readable, writable, *words = sys.argv
    confine(readable.split(os.pathsep), writable.split(os.pathsep))
    sys.argv = ["-c", *words]
    exec(compile(program, "<asked>", "exec"), {"__name__": "__main__"})  # noqa: S102 -- what it is for
