// Contract: the cost of a play is what its spans say; tokens are priced by their model unless a cost above covers them; one unknown
// price makes the whole unknown, and a sum of nothing is unknown, not 0. What a fork has kept was paid by the original.

import { pricesFromText } from '@hero-logic/platform';
import { expect, it } from 'vitest';
import type { Span } from './span.ts';
import { pricedSpans, usageOf } from './usage.ts';

const prices = pricesFromText('{"small": {"prompt": 1, "completion": 2}}');

/** Each span below the one before it, unless `parentId` says otherwise. */
function spans(...given: (Record<string, unknown> & { parentId?: string; copied?: 'kept' })[]): Span[] {
  return given.map(({ parentId, copied, ...tags }, i) => {
    return { spanId: `s${i}`, parentId: parentId ?? (i === 0 ? '' : `s${i - 1}`), tags, copied } as unknown as Span;
  });
}

it('sums up what spans say', () => {
  const said = spans({ cost_usd: 0.5, tokens_prompt: 10 }, { cost_usd: 0.25, tokens_prompt: 'many' }, {});
  expect(usageOf(said)).toEqual({ costUsd: 0.75, tokensPrompt: 10, tokensCompletion: undefined });
  expect(usageOf(spans({}, { cost_usd: -1 }, { cost_usd: Number.NaN })).costUsd).toBeUndefined();
});

it('prices what has tokens and no cost, and knows nothing while one price is missing', () => {
  const calls = spans({}, { tokens_prompt: 1_000_000, model: 'small' }, { tokens_completion: 500_000, model: 'small' });
  expect(usageOf(calls).costUsd).toBeUndefined();
  expect(pricedSpans(calls, prices)).toEqual([
    { spanId: 's1', usd: 1 },
    { spanId: 's2', usd: 1 },
  ]);
  const mixed = spans({}, { cost_usd: 1, parentId: 's0' }, { tokens_prompt: 5, model: 'other', parentId: 's0' });
  expect(pricedSpans(mixed, prices)).toEqual([]);
  expect(usageOf(mixed)).toEqual({ costUsd: undefined, tokensPrompt: 5, tokensCompletion: undefined });
});

it('takes a reported cost for all that lies below it', () => {
  const reported = spans({ cost_usd: 0.1 }, {}, { tokens_prompt: 9, model: 'other' });
  expect(pricedSpans(reported, prices)).toEqual([]);
  expect(usageOf(reported)).toEqual({ costUsd: 0.1, tokensPrompt: 9, tokensCompletion: undefined });
});

it('leaves out what a fork has kept', () => {
  const kept = spans({}, { tokens_prompt: 3, model: 'other', copied: 'kept' }, { cost_usd: 0.2, parentId: 's0' });
  expect(usageOf(kept)).toEqual({ costUsd: 0.2, tokensPrompt: undefined, tokensCompletion: undefined });
});
