// Contract: how a run ended follows from the facts alone. Limits are named in the error; what is not the play's fault
// puts it back; a cancel is a cancel whatever the process did. What the author can mend says how.

import { describe, expect, it } from 'vitest';
import { NO_FURTHER_LIMITS } from './limits.ts';
import { closingOf, type Decision, decideOutcome, type RunFacts } from './outcome.ts';

const limits = { wallMs: 1000, cpuS: 2, memoryMb: 64, network: 'none', ...NO_FURTHER_LIMITS } as const;
const ran: RunFacts = {
  exit: { code: 0, signal: null },
  limits,
  cpuMs: 10,
  maxRssKb: 9000,
  hasRootStarted: true,
  openPauses: 0,
  unreadable: 0,
  stderr: '',
};
const exit = (code: number) => ({ exit: { code, signal: null } });
const killed = (signal: string) => ({ exit: { code: null, signal } });
const boom = { type: 'ValueError', message: 'boom', traceback: 'Traceback ...' };

describe('a run', () => {
  it.each<[string, Partial<RunFacts>, Decision['outcome'], (string | undefined)?, RegExp?]>([
    ['returns', { rootOutput: '{"a":1.0}' }, 'success'],
    ['returns what is not JSON', { rootOutput: '{' }, 'failed', 'InvalidOutput', /is not JSON/],
    ['has broken its own wire', { unreadable: 2 }, 'failed', 'BrokenWire', /2 lines.*File descriptor 3/],
    ['leaves before the flow returned', {}, 'failed', 'NoOutput', /exit code 0.*os\._exit.*return the result instead/],
    ['pauses', { ...exit(75), openPauses: 1 }, 'awaiting_resume'],
    ['leaves as if it paused', exit(75), 'failed', 'NoPause', /waits for nothing.*flow\.pause or flow\.sleep/],
    [
      'has no flow',
      { ...exit(2), rootError: { type: 'NoEntry', message: 'found: a, b', traceback: '' } },
      'failed',
      'NoFlow',
      /^found: a, b$/,
    ],
    [
      'has no flow and no root',
      { ...exit(2), hasRootStarted: false, stderr: 'candidates: x\n' },
      'failed',
      'NoFlow',
      /^candidates: x$/,
    ],
    [
      'leaves with 2 by itself',
      { ...exit(2), stderr: 'usage' },
      'failed',
      'ExitCode',
      /exit code 2\. .*return the result.*last words: usage$/,
    ],
    ['loses its socket', exit(74), 'failed', 'SocketDied', /lost its connection/],
    ['raises', { ...exit(1), rootError: boom, stderr: 'noise' }, 'failed', 'ValueError', /^boom$/],
    ['leaves without a word', exit(3), 'failed', 'ExitCode', /exit code 3\. .*raise flow\.Failed\(reason\)$/],
    ['says why on stderr', { ...exit(1), stderr: 'line\nlast words\n' }, 'failed', 'ExitCode', /last words$/],
    [
      'runs out of memory',
      { ...exit(1), rootError: { ...boom, type: 'MemoryError' } },
      'failed',
      'MemoryLimit',
      /limit memory_mb is 64/,
    ],
    [
      'runs out of memory early',
      { ...exit(1), stderr: 'Traceback\nMemoryError\n' },
      'failed',
      'MemoryLimit',
      /memory_mb/,
    ],
    ['is killed by the kernel', { ...killed('SIGKILL'), maxRssKb: 60_000 }, 'failed', 'MemoryLimit', /memory_mb/],
    [
      'is killed for a line',
      { ...killed('SIGKILL'), stderr: 'a line was longer than 9 bytes' },
      'failed',
      'Killed',
      /SIGKILL\. File descriptor 3 .*longer than 9/,
    ],
    ['uses up its CPU time', killed('SIGXCPU'), 'timed_out', 'CpuTimeLimit', /limit cpu_s is 2/],
    ['ignores SIGXCPU', { ...killed('SIGKILL'), cpuMs: 3000 }, 'timed_out', 'CpuTimeLimit', /cpu_s/],
    [
      'crashes',
      { ...killed('SIGSEGV'), stderr: 'Fatal Python error' },
      'failed',
      'Killed',
      /SIGSEGV\. .*ctypes.*last words: Fatal Python error$/,
    ],
    ['gives up', killed('SIGABRT'), 'failed', 'Killed', /os\.abort/],
    ['calls what it may not', killed('SIGSYS'), 'failed', 'Killed', /sandbox does not permit: use plain Python/],
    ['ends itself', killed('SIGALRM'), 'failed', 'Killed', /signal\.alarm.*raise flow\.Failed\(reason\) instead$/],
    ['dies with its sandbox', { ...killed('SIGKILL'), cpuMs: 0, maxRssKb: 0 }, 'released'],
    ['runs too long', { ...killed('SIGKILL'), stopped: 'wall' }, 'timed_out', 'WallTimeLimit', /limit wall_ms is 1000/],
    ['says too much at once', { stopped: 'line', rootOutput: '1' }, 'failed', 'LineTooLong', /limit line_kb is/],
    ['has used up its time before', { exit: undefined, stopped: 'wall' }, 'timed_out', 'WallTimeLimit'],
    ['returns just before it is stopped', { stopped: 'wall', rootOutput: '1' }, 'success'],
    ['pauses just before it is put back', { ...exit(75), openPauses: 1, stopped: 'release' }, 'awaiting_resume'],
    ['is put back', { ...killed('SIGKILL'), stopped: 'release' }, 'released'],
    ['never started', { exit: undefined }, 'released'],
    ['is cancelled', { ...killed('SIGTERM'), stopped: 'cancel' }, 'cancelled'],
    ['returns although cancelled', { stopped: 'cancel', rootOutput: '1' }, 'cancelled'],
  ])('%s', (_name, facts, outcome, type, message = /.*/) => {
    const decision = decideOutcome({ ...ran, ...facts });
    expect([decision.outcome, decision.error?.type]).toEqual([outcome, type]);
    expect(decision.error?.message ?? '').toMatch(message);
    expect(decision.output).toBe(outcome === 'success' ? facts.rootOutput : undefined);
  });

  it.each([
    ['[Errno 28] No space left on device', /device: limit disk_mb is 16$/],
    ["[Errno 27] File too large: 'f'", /: limit disk_mb is 16$/],
    ["[Errno 24] Too many open files: '/dev/null'", /: limit open_files is the default$/],
    ["can't start new thread", /thread: limit threads is 20$/],
    ['[Errno 2] No such file', /file$/],
  ])('that says %s names the limit', (message, expected) => {
    const limits = { ...ran.limits, diskMb: 16, threads: 20 };
    const decision = decideOutcome({ ...ran, ...exit(1), limits, rootError: { ...boom, type: 'OSError', message } });
    expect(decision).toMatchObject({ outcome: 'failed', error: { type: 'OSError' } });
    expect(decision.error?.message).toMatch(expected);
  });

  it('that goes on keeps its waiting pauses, one that has ended does not', () => {
    expect(closingOf({ outcome: 'awaiting_resume' }, 5)).toMatchObject({ open: 'awaiting_resume', waiting: undefined });
    expect(closingOf({ outcome: 'released' }, 5)).toMatchObject({ open: 'pending', waiting: undefined });
    expect(closingOf({ outcome: 'success' }, 5)).toMatchObject({ open: 'cancelled', waiting: 'cancelled' });
    expect(closingOf({ outcome: 'timed_out', error: boom }, 5)).toMatchObject({ open: 'timed_out', error: boom });
  });
});
