"""What a hostile play may try. Each attack is the body of a function that returns if it succeeded and raises if not.

Where a call may *pretend* success (chmod and the like) the body checks the effect. These names are at hand:
SIBLING (folder of another play, holds the file ``secret``), VICTIM (pid of a process of the same user), TCP_PORT,
UDP_PORT, STREAM_SOCKET, DATAGRAM_SOCKET (paths), ABSTRACT_SOCKET (name), INHERITED_FD, ``libc``, ``call(number, *args)``.
The server on TCP_PORT says "target" to whoever reaches it.
"""

from dataclasses import dataclass

PRELUDE = """
import ctypes, errno, fcntl, mmap, os, platform, resource, signal, socket, stat, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def call(numbers, *args):
    number = numbers[platform.machine() == "aarch64"] if isinstance(numbers, tuple) else numbers
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""


APART_OUTSIDE = """
assert libc.unshare(0x04020000) == 0 and libc.mount(b"none", b"/", None, 0x44000, None) == 0
"""


@dataclass(frozen=True)
class Attack:
    name: str
    body: str
    #: Layers that stop it; the test is skipped by name where the machine lacks one.
    layers: tuple[str, ...] = ("landlock", "seccomp")
    #: Whether it may be shown to succeed outside the sandbox. Who sets the clock sets that of the whole machine.
    is_safe: bool = True
    #: Outside it is shown in mounts and names of its own (``APART_OUTSIDE``), to leave those of the machine alone.
    is_apart: bool = False
    #: Whether the play may end without an answer (it is killed).
    kills: bool = False
    #: The network that the play has.
    network: str = "none"
    #: One that is ended by the limit before it could fail shows nothing, so most have plenty, also where all is slow.
    cpu_s: int = 60
    #: The only kind of processor that has what it needs; "" = it can be tried on all.
    machine: str = ""
    #: What it reaches, where not every kernel has that; "" = every one does.
    optional: str = ""


FILES = ("landlock",)
CALLS = ("seccomp",)
LIMITS = ("rlimits",)
APART = ("namespaces",)
WAY_OUT = ("outside",)

ATTACKS = [
    # Files
    Attack("read the password hashes", "open('/etc/shadow').read()", FILES),
    Attack("read a file of the host", "open('/etc/passwd').read()", FILES),
    Attack("reach the private keys beside the certificates", "os.listdir('/etc/ssl/private')", FILES),
    Attack("list the root folder", "os.listdir('/')", FILES),
    Attack("read another play's file", "open(SIBLING + '/secret').read()", FILES),
    Attack("list another play's folder", "os.listdir(SIBLING)", FILES),
    Attack("read through a symbolic link", "os.symlink(SIBLING + '/secret', 'link'); open('link').read()", FILES),
    Attack("link another play's file into the own folder", "os.link(SIBLING + '/secret', 'hard')", FILES),
    Attack(
        "read through a descriptor of the parent",
        """
            open('secret', opener=lambda p, f: os.open(p, f, dir_fd=os.open(SIBLING, os.O_PATH))).read()
        """,
        FILES,
    ),
    Attack("write into another play's folder", "open(SIBLING + '/planted', 'w').write('x')", FILES),
    Attack("overwrite another play's file", "open(SIBLING + '/secret', 'a').write('')", FILES),
    Attack("truncate another play's file", "os.truncate(SIBLING + '/secret', 7)", FILES),
    Attack(
        "truncate while opening for reading",
        """
            os.close(os.open(SIBLING + '/victim', os.O_RDONLY | os.O_TRUNC))
        """,
        FILES,
    ),
    Attack("rename another play's file", "os.rename(SIBLING + '/victim', SIBLING + '/moved')", FILES),
    Attack("remove another play's file", "os.unlink(SIBLING + '/victim')", FILES),
    Attack("write beside the work folder", "open('../planted', 'w').close()", FILES),
    Attack("write to /tmp", "import tempfile; tempfile.TemporaryFile(dir='/tmp')", FILES),
    Attack("write to shared memory", "open('/dev/shm/planted', 'w').close(); os.unlink('/dev/shm/planted')", FILES),
    Attack("change the standard library", "open(os.__file__, 'ab').close()", FILES),
    Attack("read the environment of the parent", "open(f'/proc/{os.getppid()}/environ').read()", FILES),
    Attack("read the memory of another process", "open(f'/proc/{VICTIM}/mem', 'rb').close()", FILES),
    # Files that Landlock does not guard
    Attack(
        "change rights of another play's file",
        """
            os.chmod(SIBLING + '/secret', 0o606)
            assert os.stat(SIBLING + '/secret').st_mode & 0o777 == 0o606
        """,
        CALLS,
    ),
    Attack(
        "change times of another play's file",
        """
            os.utime(SIBLING + '/secret', (1, 1))
            assert os.stat(SIBLING + '/secret').st_mtime == 1
        """,
        CALLS,
    ),
    Attack(
        "change the owner of another play's file",
        """
            os.chown(SIBLING + '/secret', 12345, -1)
            assert os.stat(SIBLING + '/secret').st_uid == 12345
        """,
        CALLS,
    ),
    Attack("mark another play's file", "os.setxattr(SIBLING + '/secret', 'user.mark', b'x')", CALLS),
    Attack(
        "watch another play's folder",
        """
            fd = libc.inotify_init()
            assert fd >= 0 and libc.inotify_add_watch(fd, SIBLING.encode(), 0xfff) >= 0
        """,
        CALLS,
    ),
    Attack("hold up who opens a shared file", "fcntl.fcntl(os.open(os.__file__, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_WRLCK)", CALLS),
    Attack(
        "be told when others read a shared folder",
        """
            folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
            fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_ACCESS | fcntl.DN_MULTISHOT)
        """,
        CALLS,
    ),
    Attack("make a device node", "os.mknod('device', stat.S_IFCHR | 0o600, os.makedev(1, 1))", CALLS),
    Attack("make a named pipe", "os.mkfifo('pipe')", CALLS),
    Attack(
        "open by handle",
        """
            handle = ctypes.create_string_buffer(b'\\x80\\0\\0\\0', 200)
            mount = ctypes.c_int()
            call((303, 264), -100, ctypes.c_char_p(SIBLING.encode()), handle, ctypes.byref(mount), 0)
        """,
        CALLS,
    ),
    Attack(
        "open a folder by its handle",
        """
            handle = ctypes.create_string_buffer(b'\\x80\\0\\0\\0', 200)
            mount = ctypes.c_int()
            try: call((303, 264), -100, ctypes.c_char_p(SIBLING.encode()), handle, ctypes.byref(mount), 0)
            except PermissionError: handle.raw = b'\\x08\\0\\0\\0\\x01\\0\\0\\0\\x02' + bytes(7)  # the root of a file system
            call((304, 265), os.open('.', os.O_RDONLY), handle, 0)
        """,
        CALLS,
    ),
    Attack(
        "write its own memory as a file",
        """
            text = ctypes.create_string_buffer(b'before')
            with open('/proc/self/mem', 'r+b', buffering=0) as memory:
                memory.seek(ctypes.addressof(text))
                memory.write(b'after!')
            assert text.value == b'after!'
        """,
        FILES,
    ),
    Attack("type into a terminal", "fcntl.ioctl(os.openpty()[1], 0x5412, b'x')", FILES),
    # Processes
    Attack(
        "fork",
        """
            pid = os.fork()
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)
        """,
        CALLS,
    ),
    Attack("run a program", "import subprocess; subprocess.run(['/bin/true'], check=True)", CALLS),
    Attack("spawn a program", "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)", CALLS),
    Attack("become another program", "os.execv('/bin/true', ['true'])", CALLS, kills=True),
    Attack(
        "become a program that lies in memory",
        """
            fd = os.memfd_create('program')
            with open('/bin/true', 'rb') as program: os.write(fd, program.read())
            call((322, 281), fd, ctypes.c_char_p(b''), (ctypes.c_char_p * 2)(b'true', None), None, 0x1000)
        """,
        CALLS,
        kills=True,
    ),
    Attack(
        "become a program of its own making",
        """
            os.close(os.open('runnable', os.O_CREAT | os.O_WRONLY, 0o755))
            with open('runnable', 'w') as program: program.write('#!/bin/sh')
            call((322, 281), -100, ctypes.c_char_p(b'runnable'), (ctypes.c_char_p * 2)(b'sh', None), None, 0)
        """,
        CALLS,
        kills=True,
    ),
    Attack(
        "start a process pool",
        """
            import multiprocessing as m
            p = m.get_context('fork').Process(target=int)
            p.start()
            p.join()
            assert p.exitcode == 0
        """,
        CALLS,
    ),
    Attack("signal another process", "os.kill(VICTIM, signal.SIGCONT)", CALLS),
    Attack("signal everyone", "os.kill(-1, 0)", CALLS),
    Attack("signal the group", "os.kill(0, signal.SIGCONT)", CALLS),
    Attack("signal a thread of another process", "call((200, 130), VICTIM, 0)", CALLS),
    Attack(
        "queue a signal",
        """
            info = ctypes.create_string_buffer(128)
            info[8:12] = (-1).to_bytes(4, 'little', signed=True)
            call((129, 138), VICTIM, 18, info)
        """,
        CALLS,
    ),
    Attack("signal through a pidfd", "signal.pidfd_send_signal(os.pidfd_open(VICTIM), signal.SIGCONT)", CALLS),
    Attack("steal a descriptor", "call(438, call(434, VICTIM, 0), 0, 0)", CALLS),
    Attack(
        "let the kernel signal another process",
        """
            a, b = socket.socketpair()
            fcntl.fcntl(a, fcntl.F_SETOWN, VICTIM)
        """,
        CALLS,
    ),
    Attack("see where another process keeps its locks", "call((274, 100), VICTIM, ctypes.byref(ctypes.c_long()), ctypes.byref(ctypes.c_long()))", CALLS),
    Attack("trace another process", "assert libc.ptrace(0x4206, VICTIM, 0, 0) == 0", CALLS),
    Attack(
        "read memory of another process",
        """
            b = ctypes.create_string_buffer(8)
            v = (ctypes.c_long * 2)(ctypes.addressof(b), 8)
            r = (ctypes.c_long * 2)(0, 8)
            if libc.process_vm_readv(VICTIM, v, 1, r, 1, 0) < 0 and ctypes.get_errno() != errno.EFAULT:
                raise OSError(ctypes.get_errno(), 'refused')
        """,
        CALLS,
    ),
    Attack(
        "write memory of another process",
        """
            own = (ctypes.c_long * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
            theirs = (ctypes.c_long * 2)(0, 8)
            if libc.process_vm_writev(VICTIM, own, 1, theirs, 1, 0) < 0 and ctypes.get_errno() != errno.EFAULT:
                raise OSError(ctypes.get_errno(), 'refused')
        """,
        CALLS,
    ),
    Attack("be open to debuggers again", "assert libc.prctl(4, 1, 0, 0, 0) == 0", CALLS),
    Attack("become the parent of orphans", "assert libc.prctl(36, 1, 0, 0, 0) == 0", CALLS),
    Attack("become root", "os.setresuid(0, 0, 0)", CALLS),
    Attack("join another group", "os.setgroups([0])", CALLS),
    Attack("be another user to files", "assert libc.setfsuid(0) == libc.setfsuid(0) == 0", CALLS),
    Attack("read files before others", "call((251, 30), 1, 0, 1 << 13)", CALLS),
    Attack(
        "set limits of another process",
        """
            resource.prlimit(VICTIM, resource.RLIMIT_CORE, resource.prlimit(VICTIM, resource.RLIMIT_CORE))
        """,
        CALLS,
    ),
    Attack("bind another process to a processor", "os.sched_setaffinity(VICTIM, os.sched_getaffinity(0))", CALLS),
    Attack("slow another process down", "os.setpriority(os.PRIO_PROCESS, VICTIM, 1)", CALLS),
    Attack("leave the session", "os.setsid()", CALLS),
    Attack("outlive the zygote", "assert libc.prctl(1, 0, 0, 0, 0) == 0", CALLS),
    # Network
    Attack("connect over TCP", "socket.create_connection(('127.0.0.1', TCP_PORT))", CALLS),
    Attack(
        "send over UDP",
        """
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', UDP_PORT))
        """,
        CALLS,
    ),
    Attack("serve over TCP", "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()", CALLS),
    Attack("connect to a Unix socket", "socket.socket(socket.AF_UNIX).connect(STREAM_SOCKET)", CALLS),
    Attack(
        "send to a Unix socket from a pair",
        """
            a, b = socket.socketpair(type=socket.SOCK_DGRAM)
            a.sendto(b'x', DATAGRAM_SOCKET)
        """,
        CALLS,
    ),
    Attack("connect to an abstract socket", "socket.socket(socket.AF_UNIX).connect('\\0' + ABSTRACT_SOCKET)", CALLS),
    Attack("talk to the host of the machine", "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)", CALLS, optional="vsock"),
    Attack("listen on the wire", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x300)", CALLS),
    Attack("write packets of its own", "socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)", CALLS),
    Attack(
        "pose as another process in a message",
        """
            a, b = socket.socketpair()
            credentials = (1).to_bytes(4, 'little') + bytes(8)
            a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, credentials)])
        """,
        ("capabilities",),
    ),
    Attack("send out of band", "a, b = socket.socketpair(); a.send(b'x', socket.MSG_OOB)", CALLS),
    Attack(
        "have the kernel filter what arrives",
        """
            a, b = socket.socketpair()
            accept = ctypes.create_string_buffer(b'\\x06\\0\\0\\0\\xff\\xff\\0\\0')
            a.setsockopt(socket.SOL_SOCKET, 26, (1).to_bytes(8, 'little') + ctypes.addressof(accept).to_bytes(8, 'little'))
        """,
        CALLS,
    ),
    Attack(
        "take a handle of the process at the other end",
        "socket.socketpair()[0].getsockopt(socket.SOL_SOCKET, 77, 4)",
        CALLS,
        optional="SO_PEERPIDFD (Linux 6.5)",
    ),
    Attack("ask the kernel over netlink", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).bind((0, 0))", CALLS),
    Attack(
        "ask a name server",
        """
            socket.getaddrinfo('localhost', 80)
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        """,
        CALLS,
    ),
    # The kernel
    Attack("make a user namespace", "call((272, 97), 0x10000000)", CALLS),
    Attack("make a mount namespace", "call((272, 97), 0x00020000)", CALLS),
    Attack(
        "mount",
        """
            if libc.mount(b'none', b'.', b'tmpfs', 0, None) != 0:
                raise OSError(os.strerror(ctypes.get_errno()))
        """,
        CALLS,
        is_apart=True,
    ),
    Attack("change the root", "os.chroot('.')", CALLS),
    Attack(
        "load a BPF program",
        """
            array_of_one = b'\\x02\\0\\0\\0\\x04\\0\\0\\0\\x08\\0\\0\\0\\x01\\0\\0\\0'
            call((321, 280), 0, ctypes.create_string_buffer(array_of_one, 72), 72)
        """,
        CALLS,
    ),
    Attack("use io_uring", "call(425, 1, ctypes.create_string_buffer(120))", CALLS),
    Attack("use userfaultfd", "call((323, 282), 1)", CALLS),
    Attack(
        "count events",
        """
            call((298, 241), ctypes.create_string_buffer(b'\\x01\\0\\0\\0\\x70', 112), 0, -1, -1, 0)
        """,
        CALLS,
    ),
    Attack("use the key ring", "call((248, 217), b'user', b'hero-test', b'x', 1, -2)", CALLS),
    Attack("share memory by System V", "call((31, 195), call((29, 194), 0, 4096, 0o600), 0, 0)", CALLS),
    Attack(
        "leave a message by System V",
        """
            queue = call((68, 186), 0, 0o600)
            try: call((69, 189), queue, ctypes.c_char_p(b'\\x01' + bytes(7) + b'x'), 1, 0)
            finally: call((71, 187), queue, 0, None)
        """,
        CALLS,
    ),
    Attack("share a semaphore by System V", "call((66, 191), call((64, 190), 0, 1, 0o600), 0, 0, None)", CALLS),
    Attack("lend pages to a pipe", "call((278, 75), os.pipe()[1], None, 0, 0)", CALLS),
    Attack("hide a file in memory", "os.memfd_create('x')", CALLS),
    Attack(
        "use a message queue",
        """
            fd = libc.mq_open(b'/hero-test', 0o100 | 2, 0o600, None)
            assert fd >= 0
            libc.mq_unlink(b'/hero-test')
        """,
        CALLS,
    ),
    Attack("change the personality", "call((135, 92), 0x0040000)", CALLS),
    Attack("change the host name", "socket.sethostname('planted')", CALLS, is_apart=True),
    Attack("set the clock", "time.clock_settime(time.CLOCK_REALTIME, time.time())", CALLS, is_safe=False),
    Attack(
        "call through the 32-bit gate",
        """
            m = mmap.mmap(-1, 4096, prot=7)
            m.write(b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3')
            assert ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))() == os.getpid()
        """,
        CALLS,
        kills=True,
        machine="x86_64",  # on aarch64 only a program of its own can be a 32-bit one
    ),
    Attack(
        "filter itself anew",
        """
            assert libc.prctl(38, 1, 0, 0, 0) == 0
            call((317, 277), 2, 0, ctypes.byref(ctypes.c_uint32(0x7fff0000)))
        """,
        CALLS,
    ),
    # Limits
    Attack("take more memory", "bytearray(700 << 20)", LIMITS),
    Attack("share more memory", "mmap.mmap(-1, 1 << 30)", LIMITS),
    Attack(
        "keep memory in the buffers of sockets",
        """
            held, kept = [socket.socketpair() for _ in range(20)], 0
            for a, b in held:
                for s in (a, b):
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
                    s.setblocking(False)
                    try:
                        while True: kept += s.send(bytes(1 << 16))
                    except BlockingIOError: pass
            default = int.from_bytes(socket.socketpair()[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4), 'little')
            if kept < 2 * len(held) * default * 1.2: raise OSError(f'{kept >> 10} KiB')
        """,
        CALLS,
    ),
    Attack("write a large file", "f = open('big', 'wb'); f.truncate(100 << 20)", LIMITS),
    Attack("open many files", "held = [open('/dev/null') for _ in range(600)]", LIMITS),
    Attack(
        "raise the limits again",
        """
            resource.setrlimit(resource.RLIMIT_CPU, (1 << 20, 1 << 20))
            resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
            if resource.getrlimit(resource.RLIMIT_AS)[0] != -1: raise OSError()
        """,
        LIMITS,
    ),
    Attack("allow core files", "resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20))", LIMITS),
    Attack(
        "use up the timers of its user",
        """
            timer = ctypes.c_void_p()
            for _ in range(2000): call((222, 107), 1, None, ctypes.byref(timer))
        """,
        LIMITS,
    ),
    Attack(
        "start many threads",
        """
            threading.stack_size(131072)  # the least of aarch64
            stop = threading.Event()
            held = [threading.Thread(target=stop.wait, daemon=True) for _ in range(3000)]
            try: [t.start() for t in held]
            finally: stop.set()
        """,
        LIMITS,
    ),
    Attack(
        "use all CPU time",
        """
            while time.process_time() < 3.5: pass
        """,
        LIMITS,
        kills=True,
        cpu_s=1,
    ),
    # Disk and names, where the work folder is one in memory
    Attack(
        "fill the disk with many files",
        """
            for n in range(4):
                with open(f"part{n}", "wb") as f:
                    for _ in range(20): f.write(bytes(1 << 20))
        """,
        APART,
    ),
    Attack(
        "use up the names of the file system",
        """
            for n in range(12_000): os.close(os.open(f"n{n}", os.O_CREAT | os.O_WRONLY))
        """,
        APART,
    ),
    Attack("see whether a file of the host exists", "os.stat('/etc/passwd')", APART),
    Attack("see other processes", "os.stat(f'/proc/{VICTIM}')", APART),
    Attack("see another play's folder", "os.stat(SIBLING)", APART),
    # The zygote and the wire
    Attack("signal the parent", "os.kill(os.getppid(), 0)", CALLS),
    Attack("trace the parent", "assert libc.ptrace(0x4206, os.getppid(), 0, 0) == 0", CALLS),
    Attack("read the parent's memory", "open(f'/proc/{os.getppid()}/mem', 'rb').close()", FILES),
    Attack("use a descriptor of the parent", "os.fstat(INHERITED_FD)", CALLS),
    Attack(
        "find a descriptor that was forgotten",
        """
            for fd in range(4, 256):
                try: os.fstat(fd)
                except OSError: continue
                return
            raise OSError('there is none')
        """,
        CALLS,
    ),
    Attack(
        "pose as another play on the parent's socket",
        """
            s = socket.socket(socket.AF_UNIX)
            s.connect(STREAM_SOCKET)
            s.sendall(b'{"event": "hello", "seq": 0, "spare": "play-1"}')
        """,
        CALLS,
    ),
    Attack(
        "send a descriptor to another process",
        """
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, bytes(4))]  # standard input
            s.sendmsg([b"x"], rights, 0, DATAGRAM_SOCKET)
        """,
        CALLS,
    ),
    Attack("leave the process group", "os.setpgid(0, 0)", CALLS),
    Attack("swap the current root by descriptor", "os.fchdir(os.open('/', os.O_RDONLY))", FILES),
    Attack(
        "make a user namespace by clone",
        """
            if call((56, 220), 0x10000000 | 17, 0, 0, 0, 0) == 0: os._exit(0)
        """,
        CALLS,
    ),
    Attack("lock memory", "if libc.mlockall(1) != 0: raise OSError(os.strerror(ctypes.get_errno()))", CALLS),
    Attack("run at a real-time priority", "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))", CALLS),
    Attack("look into the kernel's log", "assert libc.klogctl(10, None, 0) >= 0", CALLS),
    Attack("watch the whole file system", "assert libc.fanotify_init(0, 0) >= 0", CALLS),
    Attack("enter another namespace", "call((308, 268), os.open('/proc/self/ns/uts', 0), 0)", CALLS),
    Attack("read what the kernel tells of itself", "open('/proc/kallsyms').close()", FILES),
    Attack("write a kernel setting", "open('/proc/sys/kernel/hostname', 'r+').close()", FILES),
    Attack("reach a device", "open('/dev/full', 'rb').close()", FILES),
    Attack("load code from another play", "ctypes.CDLL(SIBLING + '/library.so')", FILES),
    # Network `hosts`: everything but the executor's proxy
    Attack(
        "connect past the proxy",
        """
            s = socket.create_connection(("127.0.0.1", TCP_PORT))
            assert s.recv(6) == b"target"
        """,
        WAY_OUT,
        network="hosts",
    ),
    Attack(
        "connect past the proxy while sending",
        """
            s = socket.socket()
            s.sendto(b"x", 0x20000000, ("127.0.0.1", TCP_PORT))
            assert s.recv(6) == b"target"
        """,
        WAY_OUT,
        network="hosts",
    ),
    Attack(
        "leave the proxy and connect again",
        """
            s = socket.socket()
            address = b"\\2\\0" + TCP_PORT.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
            libc.connect(s.fileno(), bytes(16), 16)
            assert libc.connect(s.fileno(), address, 16) == 0
            assert s.recv(6) == b"target"
        """,
        WAY_OUT,
        network="hosts",
    ),
    Attack(
        "connect through io_uring",
        "call(425, 1, ctypes.create_string_buffer(120))",
        WAY_OUT,
        network="hosts",
    ),
    Attack("reach a Unix socket beside the proxy", "socket.socket(socket.AF_UNIX).connect(STREAM_SOCKET)", WAY_OUT, network="hosts"),
    Attack(
        "send over UDP beside the proxy",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', UDP_PORT))",
        WAY_OUT,
        network="hosts",
    ),
    Attack("use another protocol beside the proxy", "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)", WAY_OUT, network="hosts"),
    Attack("serve beside the proxy", "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()", WAY_OUT, network="hosts"),
    # Network `any`: TCP and UDP
    Attack("use another protocol of the Internet", "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)", CALLS, network="any"),
]
