"""The filter says the same on both architectures: its programs run here in a small interpreter of their language."""

import errno
import importlib
import re
import struct
import unittest
from pathlib import Path
from types import ModuleType
from unittest import mock

from hero_zygote import _aarch64, _seccomp, _syscall, _x86_64

PID = 4242
GENERIC_NUMBERS = Path("/usr/include/asm-generic/unistd.h")
AARCH64_NUMBERS = Path("/usr/include/aarch64-linux-gnu/asm/unistd_64.h")
X86_64_NUMBERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
#: What the header of all architectures calls otherwise.
GENERIC_NAMES = {"fstatat": "newfstatat"}
ALLOWED = 0x7FFF0000
KILLED = 0x80000000


def refused(code: int) -> int:
    return 0x00050000 | code


def run(program: bytes, data: bytes, steps: list[int] | None = None) -> int:
    """Classic BPF, as far as the filter uses it, over a ``struct seccomp_data``. Notes each position in ``steps``."""
    instructions = list(struct.iter_unpack("=HBBI", program))
    accumulator = position = 0
    for _ in range(len(instructions)):
        code, when_true, when_false, k = instructions[position]
        if steps is not None:
            steps.append(position)
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, k)
        elif code == 0x05:
            position += k
        elif code == 0x54:
            accumulator &= k
        elif code == 0x06:
            return int(k)
        else:
            holds = {0x15: accumulator == k, 0x35: accumulator >= k, 0x45: bool(accumulator & k)}[code]
            position += when_true if holds else when_false
    raise AssertionError("the program does not end")


class SeccompTests(unittest.TestCase):
    def each_table(self) -> list[ModuleType]:
        return [_x86_64, _aarch64]

    def build(self, table: ModuleType, *, network: _seccomp.Network = "none", guard: bool = False) -> bytes:
        _seccomp._prepared.cache_clear()
        self.addCleanup(_seccomp._prepared.cache_clear)
        with mock.patch.multiple(_syscall, NUMBERS=table.NUMBERS, AUDIT_ARCH=table.AUDIT_ARCH):
            return _seccomp.program(pid=PID, network=network, truncate_guard=guard)

    def verdict(self, table: ModuleType, program: bytes, name: str | int, *args: int) -> int:
        number = table.NUMBERS[name] if isinstance(name, str) else name
        padded = [*args, *[0] * (6 - len(args))]
        return run(program, struct.pack("<IIQ6Q", number, table.AUDIT_ARCH, 0, *padded))

    def test_every_name_of_the_rules_is_known(self) -> None:
        used = {*_seccomp._ALLOWED, *_seccomp._BUILD_DENIED, *_seccomp._SEALED, *_seccomp._PRETENDED}
        self.assertEqual(used - set(_x86_64.NUMBERS), set())
        self.assertEqual(set(_aarch64.NUMBERS) - set(_x86_64.NUMBERS), set())
        for table in self.each_table():
            self.assertEqual(len(set(table.NUMBERS.values())), len(table.NUMBERS))

    def test_the_numbers_are_those_of_the_kernel(self) -> None:
        """Its own headers: aarch64 has the numbers that new architectures share. From 6.11 on it also has a list of its own."""
        of_its_own = [(_aarch64, AARCH64_NUMBERS)] if AARCH64_NUMBERS.exists() else []
        for table, header in ((_aarch64, GENERIC_NUMBERS), (_x86_64, X86_64_NUMBERS), *of_its_own):
            with self.subTest(table=table.__name__, header=header.name):
                if not header.exists():
                    self.skipTest(f"{header} is not installed")
                found = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", header.read_text(), re.MULTILINE)
                kernel = {GENERIC_NAMES.get(name, name): int(number) for name, number in found}
                known = set(kernel) & set(table.NUMBERS)
                self.assertGreater(len(known), 250)
                self.assertEqual({name: table.NUMBERS[name] for name in known}, {name: kernel[name] for name in known})

    def test_judges_numbers_and_arguments_alike_on_both(self) -> None:
        eperm, enosys, pretended = refused(errno.EPERM), refused(errno.ENOSYS), refused(0)
        for table in self.each_table():
            program = self.build(table)
            for verdict, name, *args in (
                (ALLOWED, "openat", -100 & 0xFFFFFFFF, 0, 0o1000),
                (ALLOWED, "getppid"),
                (ALLOWED, "kill", PID, 9),
                (eperm, "kill", 1, 9),
                (eperm, "kill", 0xFFFFFFFF, 9),
                (eperm, "kill", 0, 9),
                (ALLOWED, "tgkill", PID, PID, 6),
                (eperm, "tgkill", 1, 1, 6),
                (ALLOWED, "clone", 0x3D0F00),
                (eperm, "clone", 17),
                (eperm, "clone", 0x10000000 | 17),
                (enosys, "clone3"),
                (ALLOWED, "socketpair", 1, 1 | 0o2000000),
                (eperm, "socketpair", 1, 2),
                (eperm, "socketpair", 2, 1),
                (ALLOWED, "prlimit64", 0, 7),
                (eperm, "prlimit64", PID, 7),
                (eperm, "prctl", 1, 0),
                (ALLOWED, "prctl", 15),
                (ALLOWED, "ioctl", 0, 0x5401),
                (refused(errno.ENOTTY), "ioctl", 0, 0x5412),
                (ALLOWED, "fcntl", 0, 3),
                (eperm, "fcntl", 0, 8),
                (ALLOWED, "fcntl", 0, 1030),
                (eperm, "fcntl", 0, 1024),
                (eperm, "fcntl", 0, 1026),
                (ALLOWED, "sendto", 3, 0, 1, 0x4000),
                (eperm, "sendto", 3, 0, 1, 1),
                (eperm, "sendmsg", 3, 0, 1),
                (pretended, "setsockopt", 3, 1, 7),
                (pretended, "setsockopt", 3, 1, 8),
                (ALLOWED, "setsockopt", 3, 1, 9),
                (refused(errno.ENOPROTOOPT), "setsockopt", 3, 1, 26),
                (refused(errno.ENOPROTOOPT), "setsockopt", 3, 6, 1),
                (ALLOWED, "getsockopt", 3, 1, 7),
                (refused(errno.ENOPROTOOPT), "getsockopt", 3, 1, 77),
                (eperm, "socket", 2, 1),
                (eperm, "connect"),
                (eperm, "execve"),
                (eperm, "ptrace"),
                (eperm, "mount"),
                (pretended, "fchmodat"),
                (pretended, "utimensat", 0, 0, 0x7F00_0000_1000),
                (pretended, "utimensat", 0, 0, 0x7F00_0000_0000),
                (refused(errno.ENOENT), "utimensat", 0, 0, 0),
                (enosys, 470),
                (enosys, 0x40000000 | 39),
            ):
                with self.subTest(table=table.__name__, name=name, args=args):
                    self.assertEqual(self.verdict(table, program, name, *args), verdict)

    def test_what_is_not_on_the_list_is_refused(self) -> None:
        judged = set(_seccomp._judged_by_arguments("none"))
        listed = {*_seccomp._ALLOWED, *_seccomp._PRETENDED}
        for table in self.each_table():
            program = self.build(table)
            for name in set(table.NUMBERS) - judged - listed:
                self.assertEqual(self.verdict(table, program, name), refused(errno.EPERM), name)
            for number in set(range(_seccomp._FIRST_UNKNOWN)) - set(table.NUMBERS.values()):
                self.assertEqual(self.verdict(table, program, number), refused(errno.EPERM), number)

    def test_what_is_on_the_list_is_allowed_by_name_on_both(self) -> None:
        judged = set(_seccomp._judged_by_arguments("any"))
        for table in self.each_table():
            for network in ("none", "any"):
                program = self.build(table, network=network)
                for name in {*_seccomp._ALLOWED} & set(table.NUMBERS):
                    self.assertEqual(self.verdict(table, program, name), ALLOWED, name)
                for name in {*_seccomp._PRETENDED} & set(table.NUMBERS) - judged:
                    self.assertEqual(self.verdict(table, program, name), refused(0), name)

    def test_a_number_is_decided_in_a_few_steps(self) -> None:
        """The kernel runs a filter for every number when it is installed: with a list that took longer than all else."""
        for table in self.each_table():
            for program in (self.build(table), self.build(table, network="hosts"), self.build(table, network="any")):
                for number in range(_seccomp._FIRST_UNKNOWN):
                    steps: list[int] = []
                    run(program, struct.pack("<IIQ6Q", number, table.AUDIT_ARCH, 0, *[0] * 6), steps)
                    self.assertLess(len(steps), 32, number)

    def test_the_filter_of_the_build_box_refuses_what_is_named_and_nothing_else(self) -> None:
        for table in self.each_table():
            with mock.patch.multiple(_syscall, NUMBERS=table.NUMBERS, AUDIT_ARCH=table.AUDIT_ARCH):
                program = _seccomp.build_program()
            for name in table.NUMBERS:
                denied = name in _seccomp._BUILD_DENIED
                self.assertEqual(self.verdict(table, program, name), refused(errno.EPERM) if denied else ALLOWED, name)

    def test_the_filter_of_foreign_builds_makes_no_socket_and_keeps_its_group(self) -> None:
        eperm, pretended = refused(errno.EPERM), refused(0)
        for table in self.each_table():
            with mock.patch.multiple(_syscall, NUMBERS=table.NUMBERS, AUDIT_ARCH=table.AUDIT_ARCH):
                program = _seccomp.foreign_program()
            for verdict, name, *args in (
                (eperm, "socket", 1, 1),
                (eperm, "socket", 2, 1),
                (ALLOWED, "socketpair", 1, 2),
                (eperm, "socketpair", 2, 1),
                (pretended, "setsid"),
                (pretended, "setpgid", 0, 0),
                (ALLOWED, "clone", 17),
                (eperm, "clone", 0x10000000 | 17),
                (refused(errno.ENOSYS), "clone3"),
                (eperm, "unshare", 0x10000000),
                (eperm, "ptrace"),
                (eperm, "prlimit64", PID, 7),
                (ALLOWED, "prlimit64", 0, 7),
                (ALLOWED, "execve"),
            ):
                self.assertEqual(self.verdict(table, program, name, *args), verdict, (name, args))

    def test_network_hosts_asks_the_zygote_for_tcp_and_connects_nowhere(self) -> None:
        asked, fast_open = 0x7FC00000, 0x20000000
        for table in self.each_table():
            program = self.build(table, network="hosts")
            for verdict, name, *args in (
                (asked, "socket", 2, 1 | 0o2004000, 0),
                (asked, "socket", 10, 1, 6),
                (refused(errno.EPERM), "socket", 2, 2, 0),
                (refused(errno.EPERM), "socket", 2, 1, 132),
                (refused(errno.EPERM), "socket", 1, 1, 0),
                (refused(errno.EPERM), "socket", 16, 3, 0),
                (refused(0), "connect", 3),
                (ALLOWED, "sendto", 3, 0, 1, 0x4000),
                (refused(errno.EPERM), "sendto", 3, 0, 1, fast_open),
                (refused(errno.EPERM), "sendmsg", 3, 0, fast_open),
                (refused(errno.EPERM), "sendmmsg", 3),
                (refused(errno.EPERM), "bind", 3),
                (refused(errno.EPERM), "listen", 3),
            ):
                self.assertEqual(self.verdict(table, program, name, *args), verdict, (name, args))

    def test_a_seal_lets_no_file_be_opened(self) -> None:
        for table in self.each_table():
            with mock.patch.multiple(_syscall, NUMBERS=table.NUMBERS, AUDIT_ARCH=table.AUDIT_ARCH):
                program = _seccomp.seal()
            for verdict, name in ((refused(errno.EPERM), "openat"), (refused(errno.EPERM), "seccomp"), (ALLOWED, "read")):
                self.assertEqual(self.verdict(table, program, name), verdict, name)

    def test_network_any_opens_internet_clients_alone(self) -> None:
        for table in self.each_table():
            program = self.build(table, network="any")
            for family, kind, verdict in (
                (2, 1, ALLOWED),
                (10, 2 | 0o2000000, ALLOWED),
                (2, 3, refused(errno.EPERM)),
                (1, 1, refused(errno.EPERM)),
                (16, 3, refused(errno.EPERM)),
            ):
                self.assertEqual(self.verdict(table, program, "socket", family, kind), verdict, (family, kind))
            for protocol, verdict in ((6, ALLOWED), (17, ALLOWED), (262, refused(errno.EPERM)), (1, refused(errno.EPERM))):
                self.assertEqual(self.verdict(table, program, "socket", 2, 1, protocol), verdict, protocol)
            for verdict, name, *args in (
                (ALLOWED, "setsockopt", 3, 6, 1),
                (refused(errno.ENOPROTOOPT), "setsockopt", 3, 6, 31),
                (ALLOWED, "setsockopt", 3, 0, 11),
                (refused(errno.ENOPROTOOPT), "setsockopt", 3, 0, 4),
                (ALLOWED, "setsockopt", 3, 41, 26),
                (refused(errno.EPERM), "sendmmsg", 3, 0, 1, 1),
            ):
                self.assertEqual(self.verdict(table, program, name, *args), verdict, (name, args))
            self.assertEqual(self.verdict(table, program, "connect"), ALLOWED)
            self.assertEqual(self.verdict(table, program, "listen"), refused(errno.EPERM))

    def test_the_guard_for_old_kernels_refuses_to_truncate_what_cannot_be_written(self) -> None:
        for table in self.each_table():
            program = self.build(table, guard=True)
            self.assertEqual(self.verdict(table, program, "truncate"), refused(errno.EPERM))
            self.assertEqual(self.verdict(table, program, "openat", 0, 0, 0o1000), refused(errno.EPERM))
            self.assertEqual(self.verdict(table, program, "openat", 0, 0, 0o1000 | 1), ALLOWED)
            self.assertEqual(self.verdict(table, program, "openat", 0, 0, 0), ALLOWED)
            self.assertEqual(self.verdict(table, program, "openat2"), refused(errno.ENOSYS))

    def test_a_foreign_architecture_is_killed(self) -> None:
        program = self.build(_x86_64)
        self.assertEqual(run(program, struct.pack("<IIQ6Q", 1, 0x40000003, 0, *[0] * 6)), KILLED)

    def test_the_tables_load_by_themselves(self) -> None:
        for name in ("hero_zygote._x86_64", "hero_zygote._aarch64"):
            importlib.import_module(name)


if __name__ == "__main__":
    unittest.main()
