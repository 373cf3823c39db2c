// Contract: what listens in a world to a signal made of others is let go when the world is over, so that many worlds in one process take no more memory
// than one; until then it hears what it waits for.

import { expect, it } from 'vitest';
import { takeOverSignals } from './signals.ts';

it('lets go of those who still listen', () => {
  const real = AbortSignal.any;
  const giveBack = takeOverSignals();
  const [ended, never] = [new AbortController(), new AbortController()];
  const heard: string[] = [];
  AbortSignal.any([ended.signal]).addEventListener('abort', () => heard.push('ended'));
  AbortSignal.any([never.signal]).addEventListener('abort', () => heard.push('never'), { once: true });
  ended.abort();
  giveBack();
  never.abort();
  expect(heard).toEqual(['ended']);
  expect(AbortSignal.any).toBe(real);
});
