// Flows that their author got wrong, or means badly: what each does, and how its play has to end.

import { RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';

const { FAILED, SUCCESS, TIMED_OUT } = RunOutcome;

const HEAD = `
import asyncio, json, os, signal, socket, subprocess, sys, threading, time, multiprocessing
from hero_tracing import ask_user, flow
`;
export const main = (body: string) => `${HEAD}\n@flow\ndef main():\n${indent(body)}`;
const indent = (body: string) => body.trim().replace(/^/gm, '    ');

export type Case = readonly [name: string, source: string, outcome: RunOutcome, type: string, message: RegExp];

export const RESULTS: Case[] = [
  [
    'not JSON',
    main('return {"rows": [1, object()]}'),
    FAILED,
    'TypeError',
    /output of step 'main' is not JSON: output\.rows\[1\] is of type object/,
  ],
  ['a set', main('return {1, 2}'), FAILED, 'TypeError', /is of type set/],
  ['too large', main('return "x" * (4 * 1024 * 1024)'), FAILED, 'ValueError', /main.*4,194,306 bytes.*4 MiB/],
  ['cyclic', main('a = []\na.append(a)\nreturn a'), FAILED, 'TypeError', /'main'.*contains itself/],
  ['NaN', main('return {"x": float("nan")}'), FAILED, 'TypeError', /output\.x is nan, which JSON does not have/],
  [
    'nested too deep',
    main('a = []\nfor _ in range(500): a = [a]\nreturn a'),
    FAILED,
    'TypeError',
    /….* is nested deeper than 200 levels/,
  ],
  ['a generator', main('def numbers():\n    yield 1\nreturn numbers()'), FAILED, 'TypeError', /generator.*list\(/s],
  [
    'an async generator',
    main('async def numbers():\n    yield 1\nreturn numbers()'),
    FAILED,
    'TypeError',
    /async_generator/,
  ],
  [
    'a coroutine',
    main('async def number():\n    return 1\nreturn number()'),
    FAILED,
    'TypeError',
    /coroutine; it was not awaited/,
  ],
  [
    'a generator of a flow that is one',
    `${HEAD}\n@flow\ndef main():\n    yield 1\n`,
    FAILED,
    'TypeError',
    /generator.*list\(/s,
  ],
  [
    'an async generator of a flow that is one',
    `${HEAD}\n@flow\nasync def main():\n    yield 1\n`,
    FAILED,
    'TypeError',
    /async_generator/,
  ],
  ['a lone surrogate', main('return "\\ud800"'), FAILED, 'TypeError', /lone surrogate/],
];

const SWALLOWED = /main.* caught the pause 'p' and went on.*catch `Exception` instead/s;
export const PAUSES: Case[] = [
  ['a bare except', main('try: flow.pause("p")\nexcept: pass\nreturn 1'), FAILED, 'PauseSwallowed', SWALLOWED],
  [
    'BaseException in a loop',
    main('while True:\n    try: flow.pause("p")\n    except BaseException: continue'),
    FAILED,
    'PauseSwallowed',
    SWALLOWED,
  ],
  [
    'a thread that takes the context',
    main(
      'import contextvars\nc = contextvars.copy_context()\nt = threading.Thread(target=c.run, args=(flow.pause, "p"))\nt.start()\nt.join()\nreturn 1',
    ),
    FAILED,
    'PauseSwallowed',
    SWALLOWED,
  ],
  [
    'a plain thread',
    main('t = threading.Thread(target=flow.pause, args=("p",))\nt.start()\nt.join()\nreturn 1'),
    FAILED,
    'PauseSwallowed',
    /a thread outside of the flow's spans caught the pause 'p'/,
  ],
  [
    'return_exceptions',
    `${HEAD}\n@flow\nasync def ask():\n    flow.pause("p")\n@flow\nasync def main():\n    await asyncio.gather(ask(), return_exceptions=True)\n    return 1\n`,
    FAILED,
    'PauseSwallowed',
    /caught the pause 'p'/,
  ],
  ['a finally that returns', main('try: flow.pause("p")\nfinally: return 1'), FAILED, 'PauseSwallowed', SWALLOWED],
  [
    'sys.exit instead',
    main('try: flow.pause("p")\nexcept BaseException: sys.exit(75)'),
    FAILED,
    'PauseSwallowed',
    SWALLOWED,
  ],
];

export const PROCESSES: Case[] = [
  ['os.fork', main('os.fork()\nreturn 1'), FAILED, 'PermissionError', /not permitted; .*sandbox.*one process/],
  [
    'subprocess',
    main('subprocess.run(["true"])\nreturn 1'),
    FAILED,
    'PermissionError',
    /not permitted; .*sandbox.*one process/,
  ],
  [
    'multiprocessing',
    main('p = multiprocessing.Process(target=print)\np.start()\np.join()\nreturn 1'),
    FAILED,
    'PermissionError',
    /not permitted; .*sandbox.*one process/,
  ],
  [
    'os._exit(0)',
    main('os._exit(0)'),
    FAILED,
    'NoOutput',
    /exit code 0 before the flow had returned.*return the result instead/,
  ],
  ['os._exit(75)', main('os._exit(75)'), FAILED, 'NoPause', /waits for nothing.*flow\.pause/],
  ['os._exit(2)', main('os._exit(2)'), FAILED, 'ExitCode', /exit code 2.*return the result instead/],
  ['sys.exit(3)', main('sys.exit(3)'), FAILED, 'SystemExit', /sys\.exit\(3\).*flow\.Failed/],
  ['sys.exit()', main('sys.exit()'), FAILED, 'SystemExit', /return its result instead/],
  ['os.abort', main('os.abort()'), FAILED, 'Killed', /SIGABRT.*os\.abort/],
  [
    'SIGKILL to itself',
    main('print("last words", file=sys.__stderr__, flush=True)\nos.kill(os.getpid(), 9)'),
    FAILED,
    'Killed',
    /SIGKILL.*raise flow\.Failed\(reason\) instead.*last words: last words/s,
  ],
  ['a segmentation fault', main('import ctypes\nctypes.string_at(0)'), FAILED, 'Killed', /SIGSEGV.*ctypes/],
];

export const SOCKETS: Case[] = [
  [
    'closing fd 3',
    `${HEAD}\n@flow\ndef step(): return 1\n@flow\ndef main():\n    os.close(3)\n    step()\n    return 1\n`,
    FAILED,
    'SocketDied',
    /connection to the executor/,
  ],
  [
    'shutting the socket down',
    main('socket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_RDWR)\nreturn 1'),
    FAILED,
    'SocketDied',
    /connection to the executor/,
  ],
  ['closing everything', main('os.closerange(0, 256)\nreturn 1'), FAILED, 'SocketDied', /connection to the executor/],
  [
    'garbage on fd 3',
    main('for _ in range(100): os.write(3, os.urandom(300).replace(b"\\n", b"") + b"\\n")\nreturn 1'),
    SUCCESS,
    '',
    /^$/,
  ],
  [
    'events nested without end on fd 3',
    main(
      'deep = b"[" * 50000 + b"]" * 50000\nfor member in (b\'"event":"span_tag","tags":{"x":DEEP}\', b\'"event":"span_end","status":"failed","error":{"message":DEEP}\', b\'"event":"span_start","name":"x","attempts":[{"error":{"type":DEEP}}]\', b\'"event":"call","id":DEEP\'):\n    os.write(3, b\'{"span_id":"a",\' + member.replace(b"DEEP", deep) + b"}\\n")\nreturn 1',
    ),
    SUCCESS,
    '',
    /^$/,
  ],
  [
    'half a line of garbage on fd 3',
    main('os.write(3, b"{\\"event\\": \\"span_")\nreturn 1'),
    FAILED,
    'BrokenWire',
    /1 line.*File descriptor 3/,
  ],
  [
    'forged events on fd 3',
    main(
      'os.write(3, b\'{"event":"step_output","seq":99999999,"step_key":"k","span_id":"x","name":"main","output":"{"}\\n\')\nreturn 1',
    ),
    SUCCESS,
    '',
    /^$/,
  ],
  [
    'reading what is meant for the SDK',
    `${HEAD}\n@flow\ndef step(): return 1\n@flow\ndef main():\n    os.set_blocking(3, False)\n    for n in range(5):\n        step()\n        try: os.read(3, 100)\n        except BlockingIOError: pass\n    return 1\n`,
    FAILED,
    'SocketDied',
    /File descriptor 3.*cannot be read/s,
  ],
];

export const OTHERS: Case[] = [
  ['deep recursion', main('def f(n): return f(n + 1)\nreturn f(0)'), FAILED, 'RecursionError', /recursion/],
  [
    'a catch of MemoryError',
    main(
      'kept = []\ntry:\n    while True: kept.append(bytearray(1 << 24))\nexcept MemoryError:\n    kept.clear()\nreturn "lived on"',
    ),
    SUCCESS,
    '',
    /^$/,
  ],
  [
    'MemoryError for ever',
    main('kept = []\nwhile True:\n    try: kept.append(bytearray(1 << 20))\n    except MemoryError: pass'),
    TIMED_OUT,
    'CpuTimeLimit',
    /cpu_s is 2/,
  ],
  ['an infinite loop', main('while True: pass'), TIMED_OUT, 'CpuTimeLimit', /cpu_s is 2/],
  [
    'a loop that ignores the warning',
    main('signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass'),
    TIMED_OUT,
    'CpuTimeLimit',
    /cpu_s is 2/,
  ],
  [
    'a daemon thread that goes on',
    `${HEAD}\n@flow\ndef step(): return 1\ndef on():\n    while True:\n        try: step()\n        except BaseException: pass\n@flow\ndef main():\n    threading.Thread(target=on, daemon=True).start()\n    time.sleep(0.05)\n    return 1\n`,
    SUCCESS,
    '',
    /^$/,
  ],
  [
    'a thread that is no daemon',
    main('threading.Thread(target=time.sleep, args=(3600,)).start()\nreturn 1'),
    SUCCESS,
    '',
    /^$/,
  ],
  ['no newline at the end', main('print("half", end="")\nsys.stdout.write(" a line")\nreturn 1'), SUCCESS, '', /^$/],
  [
    'stdout closed',
    main('sys.stdout.close()\nos.close(1)\nprint("x") if not sys.stdout.closed else None\nreturn 1'),
    SUCCESS,
    '',
    /^$/,
  ],
  ['print to a closed stdout', main('sys.stdout.close()\nprint("x")\nreturn 1'), SUCCESS, '', /^$/],
  [
    'another folder',
    `${HEAD}\n@flow\ndef step(): return 1\n@flow\ndef main():\n    os.makedirs("a")\n    os.chdir("a")\n    return step()\n`,
    SUCCESS,
    '',
    /^$/,
  ],
  ['flow.py deleted', main('os.remove("flow.py")\nreturn 1'), SUCCESS, '', /^$/],
  [
    'an error at module level',
    `${HEAD}\nraise RuntimeError("at import")\n@flow\ndef main(): return 1\n`,
    FAILED,
    'RuntimeError',
    /^at import$/,
  ],
  ['sys.exit at module level', `${HEAD}\nsys.exit(1)\n`, FAILED, 'SystemExit', /1/],
  [
    'a pause at module level',
    `${HEAD}\nflow.pause("early")\n@flow\ndef main(): return 1\n`,
    FAILED,
    'RuntimeError',
    /pause 'early'.*inside a @flow function/,
  ],
  ['an import that is missing', `import nothing_of_the_kind\n`, FAILED, 'ModuleNotFoundError', /nothing_of_the_kind/],
  ['the entry calling itself', `${HEAD}\n@flow\ndef main(n=3): return n and main(n=n - 1) + 1\n`, SUCCESS, '', /^$/],
  [
    'the entry calling itself for ever',
    `${HEAD}\n@flow\ndef main(n=0): return main(n=n + 1)\n`,
    FAILED,
    'RecursionError',
    /recursion/,
  ],
  [
    'an entry calling another entry',
    `${HEAD}\n@flow\ndef other(): return main(again=False)\n@flow\ndef main(again=True): return other() if again else 7\n`,
    SUCCESS,
    '',
    /^$/,
  ],
  [
    'a broken __str__ in its error',
    main('class Bad(Exception):\n    def __str__(self): raise Exception\nraise Bad'),
    FAILED,
    'Bad',
    /cannot be shown/,
  ],
  ['an error with a huge message', main('raise ValueError("x" * 10_000_000)'), FAILED, 'ValueError', /…\[cut/],
  ['a huge name', main('with flow.step("n" * 100_000): pass'), FAILED, 'ValueError', /1 to 200 characters/],
  [
    'handlers for every signal',
    main('for s in range(1, 32):\n    try: signal.signal(s, signal.SIG_IGN)\n    except OSError: pass\nreturn 1'),
    SUCCESS,
    '',
    /^$/,
  ],
  [
    'rewriting the SDK',
    main('import hero_tracing._play as p\np._record = lambda *a: ""\nreturn 1'),
    FAILED,
    'NoOutput',
    /exit code 0/,
  ],
];

export const FLOODS: Case[] = [
  ['of one line', main('print("x" * 30_000_000)\nreturn 1'), SUCCESS, '', /^$/],
  ['of output past the SDK', main('for _ in range(3000): os.write(1, b"y" * 20_000)\nreturn 1'), SUCCESS, '', /^$/],
  ['of tags', main('for n in range(20_000): flow.current_span.tag(f"k{n}", "v" * 100)\nreturn 1'), SUCCESS, '', /^$/],
  ['of one tag', main('flow.current_span.tag("k", "v" * 10_000_000)\nreturn 1'), SUCCESS, '', /^$/],
  [
    'of a line on fd 3',
    main(
      'sys.setswitchinterval(1)\nimport socket as s\ns.socket(fileno=os.dup(3)).sendall(b"z" * 30_000_000)\nreturn 1',
    ),
    FAILED,
    'Killed',
    /File descriptor 3.*line was longer than/s,
  ],
];
