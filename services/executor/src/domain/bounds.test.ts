// Contract: logs and texts are bounded with a mark that says so, and limits fall back to the defaults.

import { describe, expect, it } from 'vitest';
import { cutPreview, cutText, tailOf } from './cut.ts';
import { limitsOf, NO_FURTHER_LIMITS, networkRefusal } from './limits.ts';
import { createPlayLog, type PlayLog } from './play-log.ts';

const line = (text: string) => ({ spanId: 's', atMs: 1, stream: 'stdout', text }) as const;
const append = (log: PlayLog, ...texts: string[]) => {
  for (const text of texts) log.append(line(text));
};

describe('the log', () => {
  it('is numbered, cut by the line and by the play, and stays cut', () => {
    const log = createPlayLog({ capBytes: 40_000 });
    append(log, 'a\n', 'x'.repeat(20_000), 'y'.repeat(20_000), 'z'.repeat(20_000), 'late');
    const lines = log.take();
    expect(lines.map((l) => l.seq)).toEqual([1, 2, 3, 4]);
    expect(lines[0]?.text).toBe('a');
    expect(lines[1]?.text).toBe(`${'x'.repeat(16_384)}…[cut, 20000 bytes]`);
    expect(lines[3]).toMatchObject({ stream: 'log', text: '…[log cut: the play wrote more than 40000 bytes]' });
    const next = createPlayLog({ capBytes: 40_000 });
    next.prime({ seq: 4, bytes: 30_000, lastText: lines[3]?.text ?? '' });
    append(next, 'more');
    expect(next.isDirty()).toBe(false);
  });

  it('goes on with the next number, also after a failed write', () => {
    const log = createPlayLog({ capBytes: 1000 });
    log.prime({ seq: 7, bytes: 10, lastText: 'x' });
    append(log, 'a');
    const failed = log.take();
    append(log, 'b');
    log.restore(failed);
    expect(log.take().map((l) => [l.seq, l.text])).toEqual([
      [8, 'a'],
      [9, 'b'],
    ]);
  });
});

describe('texts', () => {
  it('are cut at characters, with their length', () => {
    expect(cutText('abcdef', 6)).toBe('abcdef');
    expect(cutText('aé€😀', 7)).toBe('aé€…[cut, 10 bytes]');
    expect(cutText('😀😀', 5)).toBe('😀…[cut, 8 bytes]');
    expect(cutPreview('x'.repeat(4096))).toHaveLength(4096);
    expect(tailOf('one\ntwo\nthree\n', 9)).toBe('…three');
  });
});

it('limits that are not given are the defaults', () => {
  const defaults = { wallMs: 1, cpuS: 2, memoryMb: 3, network: 'none', ...NO_FURTHER_LIMITS } as const;
  const asked = { ...NO_FURTHER_LIMITS, wallMs: 0, cpuS: 0, memoryMb: 0, network: '' };
  expect(limitsOf({ ...asked, cpuS: 9 }, defaults)).toEqual({ ...defaults, cpuS: 9 });
  expect(limitsOf({ ...asked, wallMs: 5, network: 'any', diskMb: 7 }, defaults)).toEqual({
    ...defaults,
    wallMs: 5,
    network: 'any',
    diskMb: 7,
  });
});

it('a network is refused that the deployment does not permit or the sandbox cannot enforce', () => {
  const here = { most: 'hosts', canHosts: true, tier: 'A' } as const;
  expect(networkRefusal('hosts', here)).toBeUndefined();
  expect(networkRefusal('any', here)).toMatchObject({ type: 'NetworkNotPermitted' });
  expect(networkRefusal('hosts', { ...here, canHosts: false, tier: 'D' })?.message).toMatch(/tier D cannot enforce/);
  expect(networkRefusal('any', { ...here, most: 'any', canHosts: false })).toBeUndefined();
});
