"""The zygote: one Python process that forks plays, each locked down before it knows its flow.

``python3 -m hero_zygote --socket PATH --dir FOLDER`` speaks the protocol of docs/wire.md section 7 on descriptor 3.

    zygote (``__main__``)   one thread, no secrets; preloads, freezes, forks on demand, reports exits
      child                 one play: connect, lock down, warm up, hello, wait for the job, run it, leave
        _job                what it is told about its play
        _serve              isolation ``version``: one child for several plays, one after the other
        _policy             what a play may reach: paths, default limits
        _identity           user, capabilities, no_new_privs
        _rlimits            resource limits
        _landlock           files, TCP ports, signals and abstract sockets by path and by domain
        _seccomp            system calls
      _probe                which of these layers this machine really gives
    _syscall                raw system calls; numbers in _x86_64 and _aarch64
"""
