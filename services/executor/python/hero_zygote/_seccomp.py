"""seccomp: which system calls a play may make. Closes what Landlock and resource limits leave open.

A filter is a BPF program over (number, architecture, arguments). Ours is a list of what is allowed: what ordinary Python
(threads, asyncio, files, sqlite, tempfile, numpy) needs.

- Foreign architectures are killed; the x32 ABI and calls newer than this table do not exist (ENOSYS).
- Arguments are looked at: signals to others, new processes (threads may), limits of others, requests to devices and
  descriptors outside a short list, options of sockets outside another one, messages out of band, and sockets outside
  the network policy are refused.
- The calls of ``_ALLOWED`` pass, all others are refused: those that reach other processes, the kernel's configuration,
  namespaces, shared memory, or files in ways that Landlock does not see.

The numbers are decided by halving (``_decide``), not one after the other: when a filter is installed, the kernel runs it
once for every number there is, and a list took 0.3 ms of every play for that.

chmod, chown, times and sync *pretend* to succeed: `shutil.copy` and `zipfile` need them, nothing depends on their
effect. One use of times does: `Path.touch` sets "now" and creates the file only when that fails, so "now" fails.
"""

import ctypes
import errno
import struct
from functools import lru_cache
from typing import Final, Literal

from . import _syscall

Network = Literal["none", "hosts", "any"]
_Instruction = tuple[int, int, int, int]
_Body = list[_Instruction]

_LOAD, _JUMP, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN, _AND = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06, 0x54
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGS = 0, 4, 16
#: Numbers from here on are newer than this table; those of the x32 ABI (bit 30) are above it as well.
_FIRST_UNKNOWN: Final = 470
_SET_MODE_FILTER: Final = 1
_NEW_LISTENER: Final = 8
#: Conditional jumps are 8 bits wide.
_FARTHEST: Final = 255
#: Stands in a prepared program where the pid of its process comes.
_PID: Final = 0x7FFF_FFFD

_ALLOW: Final = (_RETURN, 0, 0, 0x7FFF0000)
_ASK_ZYGOTE: Final = (_RETURN, 0, 0, 0x7FC00000)
_KILL_PROCESS: Final = (_RETURN, 0, 0, 0x80000000)


def _fail(code: int) -> _Instruction:
    return (_RETURN, 0, 0, 0x00050000 | code)


_REFUSE: Final = _fail(errno.EPERM)
_ABSENT: Final = _fail(errno.ENOSYS)
_PRETEND: Final = _fail(0)

#: What a command of the build box may not do either (``build_program``).
_BUILD_DENIED: Final = """
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
    pidfd_open pidfd_getfd pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo
    sched_setparam sched_setscheduler sched_setattr sched_setaffinity setpriority ioprio_set
    mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages mlockall
    mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr
    statmount listmount unshare setns
    name_to_handle_at open_by_handle_at fanotify_init fanotify_mark
    setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr
    mknod mknodat quotactl quotactl_fd lookup_dcookie
    shmget shmat shmctl semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink
    memfd_secret io_setup io_submit io_uring_setup io_uring_enter io_uring_register userfaultfd vmsplice
    bpf perf_event_open seccomp lsm_set_self_attr add_key request_key keyctl
    kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct syslog
    sethostname setdomainname settimeofday clock_settime adjtimex clock_adjtime vhangup
    iopl ioperm modify_ldt uselib ustat sysfs personality
""".split()
_ALLOWED: Final = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek sendfile splice tee
    copy_file_range
    open openat openat2 creat close close_range dup dup2 dup3 pipe pipe2 flock fallocate ftruncate truncate fsync
    fdatasync sync_file_range fadvise64 readahead
    stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 getdents getdents64 getcwd chdir
    fchdir umask
    mkdir mkdirat rmdir rename renameat renameat2 link linkat unlink unlinkat symlink symlinkat readlink readlinkat
    getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
    mmap munmap mprotect mremap msync mincore madvise brk membarrier pkey_mprotect pkey_alloc pkey_free
    get_mempolicy
    futex futex_waitv set_robust_list set_tid_address rseq arch_prctl exit exit_group wait4 waitid
    restart_syscall
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause alarm
    getitimer setitimer
    timer_create timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime
    timerfd_gettime signalfd signalfd4 eventfd eventfd2
    nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times
    select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
    recvfrom recvmsg recvmmsg shutdown getsockname getpeername
    getpid getppid gettid getpgid getpgrp getsid getuid geteuid getgid getegid getgroups getresuid getresgid capget
    getrlimit setrlimit getrusage getpriority sysinfo uname getrandom getcpu sched_yield
    sched_getaffinity sched_getparam sched_getscheduler sched_getattr sched_get_priority_max sched_get_priority_min
    sched_rr_get_interval
""".split()
#: Once the play has begun in tier C.
_SEALED: Final = """
    open openat openat2 creat mkdir mkdirat rmdir rename renameat renameat2 link linkat unlink unlinkat symlink symlinkat
    readlink readlinkat truncate chdir fchdir seccomp
""".split()
_PRETENDED: Final = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat sync syncfs
""".split()

_CLONE_THREAD: Final = 0x10000
#: Cgroup, names, IPC, users, processes, network, mounts
_CLONE_NAMESPACES: Final = 0x7E020000
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_STREAM, _SOCK_DGRAM = 1, 2
_SOCK_TYPE_MASK: Final = 0xF
_IPPROTO_TCP, _IPPROTO_UDP = 6, 17
_MSG_OOB, _MSG_FASTOPEN = 1, 0x20000000
# PR_SET_NAME, PR_GET_NAME, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS, PR_SET_VMA (glibc names its maps)
_PRCTL_ALLOWED: Final = (15, 16, 2, 3, 39, 0x53564D41)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FICLONE
_IOCTL_ALLOWED: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x40049409)
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW,
# F_DUPFD_QUERY, F_DUPFD_CLOEXEC, F_SETPIPE_SZ, F_GETPIPE_SZ, F_GET_SEALS. Not whom the kernel signals, nor leases and notices of files,
# which plays share.
_FCNTL_ALLOWED: Final = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1027, 1030, 1031, 1032, 1034)
_SOL_SOCKET, _SOL_IP, _SOL_IPV6 = 1, 0, 41
# Buffers are memory that no limit counts: their size is a hint. SO_SNDBUF, SO_RCVBUF
_SOCKET_PRETENDED: Final = (7, 8)
# SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_DONTROUTE, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, SO_OOBINLINE, SO_PRIORITY,
# SO_LINGER, SO_REUSEPORT, SO_PASSCRED, SO_PEERCRED, SO_RCVLOWAT, SO_SNDLOWAT, SO_RCVTIMEO, SO_SNDTIMEO, SO_TIMESTAMP,
# SO_ACCEPTCONN, SO_PROTOCOL, SO_DOMAIN, SO_RCVTIMEO_NEW, SO_SNDTIMEO_NEW. Not filters, nor handles of the process at the other end.
_SOCKET_ALLOWED: Final = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 18, 19, 20, 21, 29, 30, 38, 39, 66, 67)
# TCP_NODELAY to TCP_INFO, TCP_QUICKACK, TCP_USER_TIMEOUT, TCP_NOTSENT_LOWAT. Not TCP_FASTOPEN_CONNECT, by which sending would connect.
_TCP_ALLOWED: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 18, 25)
_O_ACCMODE, _O_TRUNC = 0o3, 0o1000


def _argument(index: int) -> _Instruction:
    """Loads the low 32 bits: every argument tested here is an int to the kernel. Both architectures: low word first."""
    return (_LOAD, 0, 0, _OFFSET_ARGS + 8 * index)


def _decide(verdicts: dict[str, _Body], otherwise: _Body) -> _Body:
    """Runs the body of the system call whose number is loaded. A body always returns."""
    numbers = {_syscall.NUMBERS[name]: body for name, body in verdicts.items() if name in _syscall.NUMBERS}
    starts: list[tuple[int, _Body]] = [(0, numbers.get(0, otherwise))]
    for number in sorted({edge for known in numbers for edge in (known, known + 1)} - {0}):
        body = numbers.get(number, otherwise)
        if body != starts[-1][1]:
            starts.append((number, body))
    return _halve(starts)


def _halve(starts: list[tuple[int, _Body]]) -> _Body:
    if len(starts) == 1:
        return starts[0][1]
    middle = len(starts) // 2
    below, above, (first, _) = _halve(starts[:middle]), _halve(starts[middle:]), starts[middle]
    if len(below) <= _FARTHEST:
        return [(_JUMP_AT_LEAST, len(below), 0, first), *below, *above]
    return [(_JUMP_AT_LEAST, 0, 1, first), (_JUMP, 0, 0, len(below)), *below, *above]


def _known_alone() -> _Body:
    """What is killed or unknown does not come to the rules. Ends with the number loaded."""
    return [
        (_LOAD, 0, 0, _OFFSET_ARCH),
        (_JUMP_EQUAL, 1, 0, _syscall.AUDIT_ARCH),
        _KILL_PROCESS,
        (_LOAD, 0, 0, _OFFSET_NUMBER),
        (_JUMP_AT_LEAST, 0, 1, _FIRST_UNKNOWN),
        _ABSENT,
    ]


def _each(names: list[str], *body: _Instruction) -> dict[str, _Body]:
    return dict.fromkeys(names, list(body))


def _now_is_absent() -> _Body:
    """utimensat without times (a null pointer of 64 bits) says that there is no such file."""
    high = (_LOAD, 0, 0, _OFFSET_ARGS + 8 * 2 + 4)
    absent = _fail(errno.ENOENT)
    zero = (_JUMP_EQUAL, 0, 1, 0)
    return [_argument(2), (_JUMP_EQUAL, 0, 3, 0), high, zero, absent, _PRETEND]


def _one_of(
    argument: int, values: tuple[int, ...], *, found: _Instruction, otherwise: _Instruction
) -> _Body:
    tests = [(_JUMP_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [_argument(argument), *tests, otherwise, found]


def _truncate_guard() -> dict[str, _Body]:
    """Before Landlock ABI 3 a file could be emptied without the right to write it."""
    masked = (_AND, 0, 0, _O_ACCMODE | _O_TRUNC)
    unless_emptied = [masked, (_JUMP_EQUAL, 0, 1, _O_TRUNC), _REFUSE, _ALLOW]
    opening = {name: [_argument(flags), *unless_emptied] for name, flags in (("open", 1), ("openat", 2))}
    return {"truncate": [_REFUSE], "openat2": [_ABSENT], **opening}


def _sending(refused: int) -> dict[str, _Body]:
    """Messages without these flags."""
    judged = (_JUMP_ANY_BIT, 0, 1, refused)
    return {
        "sendto": [_argument(3), judged, _REFUSE, _ALLOW],
        "sendmsg": [_argument(2), judged, _REFUSE, _ALLOW],
    }


def _socket_options(pretended: tuple[int, ...], *, with_internet: bool) -> _Body:
    """By level and name. What is not known does not exist, as on a system without it: libraries can do without."""
    absent = _fail(errno.ENOPROTOOPT)
    of_socket = _one_of(2, tuple(o for o in _SOCKET_ALLOWED if o not in pretended), found=_ALLOW, otherwise=absent)
    for option in reversed(pretended):
        of_socket = [_argument(2), (_JUMP_EQUAL, 0, 1, option), _PRETEND, *of_socket]
    of_tcp = _one_of(2, _TCP_ALLOWED, found=_ALLOW, otherwise=absent) if with_internet else [absent]
    otherwise: _Body = [absent]
    if with_internet:
        # Of IP only what marks packets and asks for errors: IP_TOS, IP_TTL, IP_MTU_DISCOVER, IP_RECVERR; IPV6_V6ONLY, IPV6_TCLASS
        of_ip = _one_of(2, (1, 2, 10, 11), found=_ALLOW, otherwise=absent)
        of_ipv6 = _one_of(2, (16, 23, 25, 26, 67), found=_ALLOW, otherwise=absent)
        otherwise = [(_JUMP_EQUAL, 0, len(of_ip), _SOL_IP), *of_ip, (_JUMP_EQUAL, 0, len(of_ipv6), _SOL_IPV6), *of_ipv6, absent]
    return [
        _argument(1),
        (_JUMP_EQUAL, 0, len(of_socket), _SOL_SOCKET),
        *of_socket,
        (_JUMP_EQUAL, 0, len(of_tcp), _IPPROTO_TCP),
        *of_tcp,
        *otherwise,
    ]


def _judged_by_arguments(network: Network) -> dict[str, _Body]:
    stream_only = [
        _argument(1),
        (_AND, 0, 0, _SOCK_TYPE_MASK),
        (_JUMP_EQUAL, 0, 1, _SOCK_STREAM),
        _ALLOW,
        _REFUSE,
    ]
    signals = _one_of(0, (_PID,), found=_ALLOW, otherwise=_REFUSE)
    return {
        "kill": signals,
        "tgkill": signals,
        "clone": [_argument(0), (_JUMP_ANY_BIT, 0, 1, _CLONE_THREAD), _ALLOW, _REFUSE],
        "clone3": [_ABSENT],  # its flags lie in memory; the C library falls back to clone
        "socketpair": [_argument(0), (_JUMP_EQUAL, 1, 0, _AF_UNIX), _REFUSE, *stream_only],
        "prlimit64": _one_of(0, (0,), found=_ALLOW, otherwise=_REFUSE),
        "prctl": _one_of(0, _PRCTL_ALLOWED, found=_ALLOW, otherwise=_REFUSE),
        "ioctl": _one_of(1, _IOCTL_ALLOWED, found=_ALLOW, otherwise=_fail(errno.ENOTTY)),
        "fcntl": _one_of(1, _FCNTL_ALLOWED, found=_ALLOW, otherwise=_REFUSE),
        "setsockopt": _socket_options(_SOCKET_PRETENDED, with_internet=network != "none"),
        "getsockopt": _socket_options((), with_internet=network != "none"),
        **_sending(_MSG_OOB),
        "utimensat": _now_is_absent(),
    }


@lru_cache
def _prepared(network: Network, truncate_guard: bool, will_seal: bool) -> tuple[bytes, tuple[int, ...]]:
    """The filter without a pid, and where in it the pid comes."""
    outward = {"none": dict, "hosts": _proxy_sockets, "any": _internet_sockets}[network]()
    verdicts = {
        **_each([*_ALLOWED, *(["seccomp"] if will_seal else [])], _ALLOW),
        **_each(_PRETENDED, _PRETEND),
        **_judged_by_arguments(network),
        **(_truncate_guard() if truncate_guard else {}),
        **outward,
    }
    program = [*_known_alone(), *_decide(verdicts, [_REFUSE])]
    places = tuple(8 * index + 4 for index, (*_, value) in enumerate(program) if value == _PID)
    return _encode(program), places


def _internet_sockets() -> dict[str, _Body]:
    """TCP and UDP over IPv4 and IPv6. No Unix sockets: those of the machine's own services would be in reach."""
    types = [
        _argument(1),
        (_AND, 0, 0, _SOCK_TYPE_MASK),
        (_JUMP_EQUAL, 2, 0, _SOCK_STREAM),
        (_JUMP_EQUAL, 1, 0, _SOCK_DGRAM),
        _REFUSE,
        *_one_of(2, (0, _IPPROTO_TCP, _IPPROTO_UDP), found=_ALLOW, otherwise=_REFUSE),
    ]
    families = [_argument(0), (_JUMP_EQUAL, 2, 0, _AF_INET), (_JUMP_EQUAL, 1, 0, _AF_INET6), _REFUSE]
    return {"socket": [*families, *types], **_each(["connect"], _ALLOW), "sendmmsg": _sending(_MSG_OOB)["sendto"]}


def _proxy_sockets() -> dict[str, _Body]:
    """TCP alone, made by the zygote (``_outside``). Sending may not connect, as it could with MSG_FASTOPEN."""
    tcp_only = [
        _argument(1),
        (_AND, 0, 0, _SOCK_TYPE_MASK),
        (_JUMP_EQUAL, 1, 0, _SOCK_STREAM),
        _REFUSE,
        _argument(2),
        (_JUMP_EQUAL, 2, 0, 0),
        (_JUMP_EQUAL, 1, 0, _IPPROTO_TCP),
        _REFUSE,
        _ASK_ZYGOTE,
    ]
    families = [_argument(0), (_JUMP_EQUAL, 2, 0, _AF_INET), (_JUMP_EQUAL, 1, 0, _AF_INET6), _REFUSE]
    return {"socket": [*families, *tcp_only], "connect": [_PRETEND], **_sending(_MSG_OOB | _MSG_FASTOPEN)}


def _encode(program: _Body) -> bytes:
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def build_program() -> bytes:
    """For a command that may start programs and open connections, but reach neither other processes nor the kernel."""
    return _encode([*_known_alone(), *_decide(_each(_BUILD_DENIED, _REFUSE), [_ALLOW])])


def foreign_program() -> bytes:
    """The same without the network, for a command that starts programs of strangers.

    To leave the session or the process group pretends to succeed: ninja, for one, wants to, and who stays can be ended.
    """
    own_alone = _one_of(0, (0,), found=_ALLOW, otherwise=_REFUSE)
    pair = [_argument(0), (_JUMP_EQUAL, 0, 1, _AF_UNIX), _ALLOW, _REFUSE]
    verdicts = {
        **_each([*_BUILD_DENIED, "socket"], _REFUSE),
        **_each(["setsid", "setpgid"], _PRETEND),
        "clone3": [_ABSENT],
        "clone": [_argument(0), (_JUMP_ANY_BIT, 0, 1, _CLONE_NAMESPACES), _REFUSE, _ALLOW],
        "socketpair": pair,
        "prlimit64": own_alone,
    }
    return _encode([*_known_alone(), *_decide(verdicts, [_ALLOW])])


def program(*, pid: int, network: Network, truncate_guard: bool = False, will_seal: bool = False) -> bytes:
    """The filter for the process ``pid``. One that is sealed later may install one more."""
    prepared, places = _prepared(network, truncate_guard, will_seal)
    adapted = bytearray(prepared)
    for place in places:
        struct.pack_into("=I", adapted, place, pid)
    return bytes(adapted)


def refusing(names: list[str], code: int) -> bytes:
    """Says ``code`` to these calls and allows all others."""
    return _encode([(_LOAD, 0, 0, _OFFSET_NUMBER), *_decide(_each(names, _fail(code)), [_ALLOW])])


def seal() -> bytes:
    """On top of the other: no file can be opened, made, moved or removed, and no further filter be installed."""
    return refusing(_SEALED, errno.EPERM)


class _FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def install(filter_program: bytes, *, listens: bool = False) -> int:
    """Puts the filter on this thread for good. Needs no_new_privs. With ``listens`` gives the listener's descriptor."""
    argument = _FilterProgram(len(filter_program) // 8, filter_program)
    flags = _NEW_LISTENER if listens else 0
    return _syscall.call("seccomp", _SET_MODE_FILTER, flags, ctypes.addressof(argument))
