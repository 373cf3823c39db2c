// Contract: an event is read with its defaults and bounds, whatever is wrong is named, and nothing that a play can send throws.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvent } from './read-event.ts';

const read = (event: unknown) => readEvent(event, 77);
const start = { event: 'span_start', span_id: 's1', parent_id: '', name: 'load', kind: 'step', at_ms: 5 };

describe('an event', () => {
  it('gets its defaults', () => {
    expect(read({ event: 'span_start', span_id: 's1' }).event).toMatchObject({
      parentId: '',
      name: '',
      kind: 'step',
      atMs: 77,
      attempt: 1,
      replayed: false,
    });
    expect(read({ ...start, kind: 'dream' }).event).toMatchObject({ kind: 'other', atMs: 5 });
    const also = ['t', ['u', 's', 'other', 'subflow'], 'v'];
    expect(read({ ...start, parent_id: 'p', name: 'n', replayed: true, also }).event).toMatchObject({
      also: [
        { spanId: 't', parentId: 'p', name: 'n', kind: 'step', replayed: true, atMs: 5 },
        { spanId: 'u', parentId: 's', name: 'other', kind: 'subflow', replayed: true },
        { spanId: 'v', parentId: 's', name: 'other', kind: 'subflow', replayed: true },
      ],
    });
    expect(read({ event: 'span_log', text: 'x' }).event).toMatchObject({ spanId: '', stream: 'log', atMs: 77 });
  });

  it.each([
    [null, 'event'],
    [[start], 'event'],
    [{ event: 'span_jump', span_id: 's' }, 'event'],
    [{ ...start, replayed: true, also: 'x' }, 'also'],
    [{ ...start, replayed: true, also: ['x', 5] }, 'also'],
    [{ ...start, replayed: true, also: ['x'.repeat(201)] }, 'also'],
    [{ ...start, replayed: true, also: [['x', 5, 'n', 'step']] }, 'also'],
    [{ ...start, replayed: true, also: Array(10_001).fill('x') }, 'also'],
    [{ ...start, span_id: 5 }, 'span_id'],
    [{ ...start, span_id: '' }, 'span_id'],
    [{ ...start, span_id: 'x'.repeat(201) }, 'span_id'],
    [{ ...start, at_ms: '5' }, 'at_ms'],
    [{ ...start, at_ms: 1e300 }, 'at_ms'],
    [{ ...start, attempt: -1 }, 'attempt'],
    [{ event: 'span_end', span_id: 's' }, 'status'],
    [{ event: 'span_log', text: 5 }, 'text'],
    [{ event: 'span_log', text: 'x', stream: 'loud' }, 'stream'],
    [{ event: 'step_output', step_key: 'k', span_id: 's', output: '' }, 'output'],
    [{ event: 'step_output', step_key: 'k', span_id: 's', output: `"${'é'.repeat(2 ** 21)}"` }, 'output'],
    [{ event: 'pause', resume_id: 'r', name: 'n', kind: 'nap' }, 'kind'],
    [{ event: 'withdraw', id: 'w', resume_ids: [] }, 'resume_ids'],
    [{ event: 'withdraw', id: 'w', resume_ids: ['a', 5] }, 'resume_ids'],
  ])('%# is refused with the field named', (event, field) => {
    expect(read(event).violations?.map((v) => v.field)).toEqual([field]);
  });

  it('with an unknown status is failed, never ok', () => {
    expect(read({ event: 'span_end', span_id: 's', status: 'fine', output: '1' }).event).toMatchObject({
      status: 'failed',
      error: { type: 'UnknownStatus', message: expect.stringContaining('"fine"') },
    });
    expect(read({ event: 'span_end', span_id: 's', status: 'running' }).event).toMatchObject({ status: 'failed' });
  });

  it('is bounded: previews at 4 KiB, tags one by one, the last hundred attempts', () => {
    const long = 'é'.repeat(10_000);
    const { event } = read({
      ...start,
      input: long,
      tags: { a: long, b: { deep: long }, c: [1], __proto__: 1 },
      attempts: Array.from({ length: 300 }, (_, i) => ({
        attempt: i + 1,
        start_ms: i,
        end_ms: i + 1,
        error: { message: 'm' },
      })),
    });
    if (event?.event !== 'span_start') throw new Error('not read');
    expect(event.input).toBe(`${'é'.repeat(2048)}…[cut, 20000 bytes]`);
    expect(Buffer.byteLength(String(event.tags?.a))).toBeLessThan(4200);
    expect(event.tags?.b).toBeTypeOf('string');
    expect(event.tags?.c).toEqual([1]);
    expect(event.attempts).toHaveLength(100);
    expect(event.attempts?.at(-1)).toEqual({
      attempt: 300,
      startMs: 299,
      endMs: 300,
      error: { type: '', message: 'm', traceback: '' },
    });
  });

  it('may be nested without end', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(read({ event: 'span_tag', span_id: 's', tags: { deep, flat: [1] } }).event).toMatchObject({
      tags: { deep: '…[nested too deep]', flat: [1] },
    });
    const error = { type: 'E', message: deep, traceback: { deep } };
    const told = { type: 'E', message: '…[nested too deep]', traceback: '…[nested too deep]' };
    expect(read({ event: 'span_end', span_id: 's', status: 'failed', error }).event).toMatchObject({ error: told });
    expect(read({ ...start, attempts: [{ attempt: 1, error }] }).event).toMatchObject({ attempts: [{ error: told }] });
  });

  it('that the SDK has cut already stays as it is', () => {
    const cut = `${'x'.repeat(4096)}…[cut, 5000 bytes]`;
    expect(read({ ...start, input: cut }).event).toMatchObject({ input: cut });
  });

  it('with an id is a request, known or not', () => {
    expect(read({ event: 'lookup', id: 'r1', name: 'x' }).event).toMatchObject({
      event: 'request',
      method: 'lookup',
      versionSid: '',
    });
    expect(read({ event: 'dance', id: 'r1' }).event).toMatchObject({ event: 'request', method: 'dance' });
  });

  it('never throws, whatever it holds', () => {
    const names = [
      'span_start',
      'span_end',
      'span_tag',
      'span_log',
      'step_output',
      'pause',
      'divergence',
      'withdraw',
      'lookup',
    ];
    const fields = [
      'span_id',
      'parent_id',
      'status',
      'tags',
      'attempts',
      'error',
      'at_ms',
      'text',
      'output',
      'id',
      'kind',
      'resume_id',
      'resume_ids',
      'timeout_ms',
      'workflow',
      'input',
      'group_limit',
    ];
    const event = fc
      .tuple(fc.constantFrom(...names), fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()))
      .map(([name, members]) => ({ ...members, event: name }));
    fc.assert(
      fc.property(fc.oneof(event, fc.jsonValue()), (value) => {
        const result = read(value);
        expect((result.event === undefined) !== (result.violations === undefined)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
