// Contract: the list of reasons is closed, every reason travels over Connect and back unchanged, is documented in docs/errors.md with
// its codes, and nothing is documented that does not exist. What is not ours becomes INTERNAL and says nothing about its inside.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { toConnectError, toHeroError } from './connect.ts';
import { HeroError, invalid } from './hero-error.ts';
import { REASONS, type Reason } from './reasons.ts';

const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
const reasons = Object.keys(REASONS) as Reason[];

function jsonRpcCode(code: Code): number {
  if (code === Code.InvalidArgument) return -32602;
  if (code === Code.Internal) return -32603;
  if (code === Code.Unimplemented) return -32601;
  return -32000 - code;
}

it('every error type that a service gives a play is documented', () => {
  const services = new URL('../../../', import.meta.url).pathname;
  const sources = ['executor/src/domain', 'executor/src/run', 'scheduler/src/domain']
    .flatMap((dir) =>
      readdirSync(join(services, dir), { recursive: true, encoding: 'utf8' }).map((f) => join(services, dir, f)),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(file, 'utf8'));
  const types = sources.flatMap((text) =>
    [...text.matchAll(/(?:failed\(|flowError\(|type: )'([A-Z]\w+)'/g)].map((m) => m[1] as string),
  );
  expect(types.length).toBeGreaterThan(8);
  for (const type of new Set(types)) expect(page, type).toContain(`\`${type}\``);
});

describe('reasons', () => {
  it('are documented, each with its gRPC and JSON-RPC code, and no stale one is', () => {
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| ([a-z_]+) \| (-\d+) \|/gm)];
    expect(rows.map((r) => r[1]).sort()).toEqual([...reasons].sort());
    for (const [, reason, code, number] of rows) {
      const expected = REASONS[reason as Reason];
      expect(Code[expected]?.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase(), reason).toBe(code);
      expect(String(jsonRpcCode(expected)), reason).toBe(number);
    }
  });

  it.each(reasons)('%s travels over the wire and back', (reason) => {
    const error = new HeroError(reason, 'words', {
      violations: [{ field: 'a.b', description: 'is wrong' }],
      metadata: { play_sid: 'x' },
      cause: new Error('secret'),
    });
    const wire = toConnectError(error);
    expect(wire.code).toBe(REASONS[reason]);
    const back = toHeroError(ConnectError.from(wire));
    expect(back).toMatchObject({ reason, message: 'words', violations: error.violations, metadata: error.metadata });
    expect(JSON.stringify([wire.message, wire.details.map((d) => ('value' in d ? d.value : ''))])).not.toContain(
      'secret',
    );
  });

  it('anything else is INTERNAL without its words', () => {
    const wire = toConnectError(new TypeError('password=hunter2'));
    expect(wire.code).toBe(Code.Internal);
    expect(wire.message).not.toContain('hunter2');
  });

  it('a full disk of the MongoDB server is UNAVAILABLE and says so, without its paths', () => {
    // As a server on a full file system has answered.
    const words = 'WiredTigerRecordStore::insertRecord 28: No space left on device - /data/collection-9.wt: pwrite';
    const full = [
      { name: 'MongoServerError', code: 8, message: words },
      { name: 'MongoServerError', code: 14031, message: 'available disk space is less than required' },
    ];
    for (const fields of full) {
      const error = toHeroError(Object.assign(new Error(), fields));
      expect(error).toMatchObject({
        reason: 'UNAVAILABLE',
        message: expect.stringContaining('MongoDB server is full'),
      });
      expect(error.message).not.toContain('/data');
    }
    expect(toHeroError(new Error(words)).reason, 'of something else').toBe('INTERNAL');
  });

  it('invalid() names every field', () => {
    const error = invalid([
      { field: 'a', description: 'is required' },
      { field: 'b', description: 'is unknown' },
    ]);
    expect(error.message).toBe('a: is required; b: is unknown');
  });
});
