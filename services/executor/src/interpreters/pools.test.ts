// Contract: a pool for a set of packages is started by the first play that asks for it, shared by those that ask for the same, and ended
// once nobody has asked for a while; one that does not start is tried again by the next play.

import { expect, it } from 'vitest';
import type { Interpreter, Interpreters } from './interpreter.ts';
import { createPools } from './pools.ts';
import { POLICY } from './testing.ts';

const packages = { hash: 'h', dir: '/packages/h' };

function pool(said: string[], name: string): Interpreters {
  return {
    ...{ tier: 'B', missing: [], canHosts: true },
    take: async () => ({ id: name }) as Interpreter,
    stats: () => ({ hot: 1, running: 2, forked: 3 }),
    release: async ({ id }) => void said.push(`released ${id} to ${name}`),
    close: async () => void said.push(`closed ${name}`),
  };
}

it('starts, shares, and retires', async () => {
  const said: string[] = [];
  let opened = 0;
  const open = async () => pool(said, `own ${++opened}`);
  const pools = createPools({ base: pool(said, 'base'), open, idleMs: 0 });
  const plain = await pools.take(POLICY);
  const [one, two] = await Promise.all([pools.take({ ...POLICY, packages }), pools.take({ ...POLICY, packages })]);
  expect([plain.id, one.id, two.id]).toEqual(['base', 'own 1', 'own 1']);
  expect(pools.stats()).toEqual({ hot: 2, running: 4, forked: 6 });
  await pools.release(plain);
  await pools.release(one);
  expect(said).toEqual(['released base to base', 'released own 1 to own 1']);
  await pools.release(two);
  await expect.poll(() => said.at(-1)).toBe('closed own 1');
  expect((await pools.take({ ...POLICY, packages })).id).toBe('own 2');
  await pools.close();
  expect(said.slice(-2).sort()).toEqual(['closed base', 'closed own 2']);
});

it('tries again what did not start', async () => {
  let tries = 0;
  const open = async () => {
    tries += 1;
    if (tries === 1) throw new Error('no memory');
    return pool([], 'own');
  };
  const pools = createPools({ base: pool([], 'base'), open });
  await expect(pools.take({ ...POLICY, packages })).rejects.toThrow('no memory');
  expect((await pools.take({ ...POLICY, packages })).id).toBe('own');
  await pools.close();
});
