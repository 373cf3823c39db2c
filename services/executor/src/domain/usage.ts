// What a play has cost, summed up from the tags of its spans. A sum of nothing is unknown, not 0.

import type { Span } from './span.ts';

export interface Usage {
  readonly costUsd: number | undefined;
  readonly tokensPrompt: number | undefined;
  readonly tokensCompletion: number | undefined;
}

export function usageOf(spans: Iterable<Readonly<Span>>): Usage {
  const sums = new Map<string, number>();
  for (const span of spans) {
    if (span.copied === 'kept') continue; // the original has paid for it
    for (const tag of USAGE_TAGS) {
      const value = span.tags[tag];
      if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) continue;
      sums.set(tag, (sums.get(tag) ?? 0) + value);
    }
  }
  return {
    costUsd: sums.get('cost_usd'),
    tokensPrompt: whole(sums.get('tokens_prompt')),
    tokensCompletion: whole(sums.get('tokens_completion')),
  };
}

const USAGE_TAGS = ['cost_usd', 'tokens_prompt', 'tokens_completion'];

function whole(sum: number | undefined): number | undefined {
  return sum === undefined ? undefined : Math.min(Math.round(sum), Number.MAX_SAFE_INTEGER);
}
