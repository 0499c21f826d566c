"""A program of a hundred bytes that becomes any other, with exactly the arguments it was told.

A shell cannot give a command the environment it should have: names like `INPUT_NODE-VERSION` are
no variables to it, UID is read-only, some bytes have a meaning, and `env` would show every value in
its arguments. Nor can a shell without job control start a process group, or undo that SIGINT is
ignored in the background. So placid brings a tiny program of its own into a container: it maps the
file named by its first argument at BASE and makes the system calls that are listed there, one after
another; the last of them is execve. The lists, and so all that happens, are made here (`request`).

Each call is six words: number, four arguments, and whether to give up when it fails (then, and at
the end of the list, the exit code is the errno of the last failure). A number of -1 ends the list.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from placid.base.errors import Problem

BASE = 0x10000000
CODE = 0x400000
HERE = -100  # AT_FDCWD
CREATE = os.O_CREAT | os.O_WRONLY
SIGINT, SIGQUIT = 2, 3
LOCKS = 10  # RLIMIT_LOCKS
LARGEST = 1 << 24  # bytes that are mapped

X86_64 = bytes.fromhex(
    "488b7c2410"  # ......  mov rdi, [rsp+16]       the file's name
    "be00000800"  # ......  mov esi, O_CLOEXEC
    "b8020000000f05"  # ..  mov eax, open; syscall
    "4189c0"  # ..........  mov r8d, eax
    "bf00000010"  # ......  mov edi, BASE
    "be00000001"  # ......  mov esi, 16 MiB
    "ba03000000"  # ......  mov edx, PROT_READ|PROT_WRITE
    "41ba12000000"  # ....  mov r10d, MAP_PRIVATE|MAP_FIXED
    "4531c9"  # ..........  xor r9d, r9d
    "b8090000000f05"  # ..  mov eax, mmap; syscall
    "bb00000010"  # ......  mov ebx, BASE
    "488b03"  # ..........  next: mov rax, [rbx]
    "4885c07822"  # ......  test rax, rax; js end
    "488b7b08"  # ........  mov rdi, [rbx+8]
    "488b7310"  # ........  mov rsi, [rbx+16]
    "488b5318"  # ........  mov rdx, [rbx+24]
    "4c8b5320"  # ........  mov r10, [rbx+32]
    "0f05"  # ............  syscall
    "488b4b28"  # ........  mov rcx, [rbx+40]
    "4883c330"  # ........  add rbx, 48
    "85c079da"  # ........  test eax, eax; jns next
    "89c5"  # ............  mov ebp, eax
    "e3d6"  # ............  jrcxz next
    "f7dd89ef"  # ........  end: neg ebp; mov edi, ebp
    "b83c0000000f05"  # ..  mov eax, exit; syscall
)
AARCH64 = struct.pack(
    "<28I",
    *(0x92800C60, 0xF9400BE1, 0xD2A00102, 0xD2800003),  # x0 = AT_FDCWD, x1 = [sp, 16], x2, x3
    *(0xD2800708, 0xD4000001),  # openat
    *(0xAA0003E4, 0xD2A20000, 0xD2A02001, 0xD2800062),  # x4 = fd, x0 = BASE, x1 = 16 MiB, x2
    *(0xD2800243, 0xD2800005, 0xD2801BC8, 0xD4000001),  # x3 = MAP_PRIVATE|MAP_FIXED, x5; mmap
    *(0xD2A20013, 0xF9400268, 0xB7F80128),  # x19 = BASE; next: ldr x8, [x19]; tbnz x8, 63, end
    *(0xA9408660, 0xA9418E62, 0xD4000001),  # ldp x0, x1, [x19, 8]; ldp x2, x3, [x19, 24]; svc
    *(0xF9401669, 0x9100C273),  # ldr x9, [x19, 40]; add x19, x19, 48
    *(0xB6FFFF20, 0xAA0003F4, 0xB4FFFEE9),  # tbz x0, 63, next; mov x20, x0; cbz x9, next
    *(0xCB1403E0, 0xD2800BA8, 0xD4000001),  # end: neg x0, x20; exit
)


@dataclass(frozen=True, slots=True)
class Machine:
    """What differs between kinds of machine: ELF's number, the code, and the calls' numbers."""

    elf: int
    code: bytes
    setsid: int
    sigaction: int
    chdir: int
    unlinkat: int
    execve: int
    openat: int
    prlimit: int


MACHINES = {
    "x86_64": Machine(62, X86_64, 112, 13, 80, 263, 59, 257, 302),
    "aarch64": Machine(183, AARCH64, 157, 134, 49, 35, 221, 56, 261),
}


def machine(name: str = "") -> Machine:
    """The machine called `name` by `uname -m`, this one by default; Problem for another kind."""
    name = name or os.uname().machine
    if name not in MACHINES:
        raise Problem(
            f"commands cannot be started in containers on a machine of kind {name}",
            fix=f"known are {', '.join(MACHINES)}; without `container:` the job runs on the host",
        )
    return MACHINES[name]


def program(kind: Machine) -> bytes:
    """The launcher, an ELF file for that machine."""
    size = 64 + 2 * 56 + len(kind.code)
    entry = CODE + 64 + 2 * 56
    head = struct.pack(
        *("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, kind.elf, 1, entry, 64, 0, 0),
        *(64, 56, 2, 0, 0, 0),
    )
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, CODE, CODE, size, size, 0x10000)
    stack = struct.pack("<IIQQQQQQ", 0x6474E551, 6, 0, 0, 0, 0, 0, 16)
    return head + load + stack + kind.code


@dataclass(frozen=True, slots=True)
class Launch:
    """What the launcher is to run: `argv` in `folder` with no other variables than `env`.

    tag  becomes the soft limit of file locks, which has no meaning since Linux 2.4 and which all
         descendants inherit, wherever they hide
    """

    argv: Sequence[bytes]
    folder: bytes
    env: Mapping[bytes, bytes]
    tag: int


def request(kind: Machine, path: bytes, launch: Launch) -> bytes:
    """The file that makes the launcher run something, in a session of its own.

    `path` is the file's own name as the launcher knows it. The file is gone as soon as the command
    has started. When it is still there the command could not be started: as it was when the folder
    was the trouble, empty when argv[0] was; the exit code is the errno.
    """
    data = _Data(BASE + 9 * 48)
    file, nothing = data.text(path), data.add(bytes(32))
    env = data.array([name + b"=" + value for name, value in launch.env.items()])
    limit = data.add(struct.pack("<Qq", launch.tag, -1))
    calls = [
        (kind.setsid, 0, 0, 0, 0, 0),
        (kind.sigaction, SIGINT, nothing, 0, 8, 0),
        (kind.sigaction, SIGQUIT, nothing, 0, 8, 0),
        (kind.prlimit, 0, LOCKS, limit, 0, 0),
        (kind.chdir, data.text(launch.folder), 0, 0, 0, 1),
        (kind.unlinkat, HERE, file, 0, 0, 0),
        (kind.execve, data.text(launch.argv[0]), data.array(launch.argv), env, 0, 0),
        (kind.openat, HERE, file, CREATE, 0o666, 0),
        (-1, 0, 0, 0, 0, 0),
    ]
    return b"".join(struct.pack("<6q", *call) for call in calls) + data.held


class _Data:
    """What the calls point at: it lies at `where` when it is mapped."""

    def __init__(self, where: int) -> None:
        self._where = where
        self.held = bytearray()

    def add(self, value: bytes) -> int:
        """Append, on a boundary of words; returns the address."""
        self.held.extend(bytes(-len(self.held) % 8))
        at = self._where + len(self.held)
        self.held.extend(value)
        return at

    def text(self, value: bytes) -> int:
        return self.add(value + b"\0")

    def array(self, values: Sequence[bytes]) -> int:
        pointers = [self.text(value) for value in values]
        return self.add(struct.pack(f"<{len(pointers) + 1}Q", *pointers, 0))
