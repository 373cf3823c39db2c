/**
 * What a play has cost, summed up from the tags of its spans; its children's spans are those that started them.
 *
 * - `cost_usd` is what the flow reported, or what a child cost; it covers what lies below the span as well.
 * - Tokens without a cost on the span or above it are priced by their model, at the end of the run in which they came.
 * - Tokens whose price is unknown make the cost of the play unknown: a sum of the rest would pass for the whole.
 * - A sum of nothing is unknown, not 0.
 */

import { costOf, type PriceTable } from '@hero-logic/platform';
import type { Span } from './span.ts';

export interface Usage {
  readonly costUsd: number | undefined;
  readonly tokensPrompt: number | undefined;
  readonly tokensCompletion: number | undefined;
}

export function usageOf(spans: Iterable<Readonly<Span>>): Usage {
  const all = [...spans];
  const own = all.filter((span) => span.copied !== 'kept'); // the original has paid for those
  return {
    costUsd: unpriced(all).some((span) => span.copied !== 'kept') ? undefined : sumOf(own, 'cost_usd'),
    tokensPrompt: whole(sumOf(own, 'tokens_prompt')),
    tokensCompletion: whole(sumOf(own, 'tokens_completion')),
  };
}

/** What the spans cost that the table has a price for, and that say no cost themselves. */
export function pricedSpans(spans: Iterable<Readonly<Span>>, prices: PriceTable): { spanId: string; usd: number }[] {
  if (prices.size === 0) return [];
  return unpriced([...spans]).flatMap((span) => {
    const { model } = span.tags;
    const tokens = { prompt: amount(span, 'tokens_prompt') ?? 0, completion: amount(span, 'tokens_completion') ?? 0 };
    const usd = typeof model === 'string' ? costOf({ model, ...tokens }, prices) : undefined;
    return usd === undefined ? [] : [{ spanId: span.spanId, usd }];
  });
}

/** Spans with tokens, of which neither they nor a span above them says what they cost. */
function unpriced(spans: readonly Readonly<Span>[]): Readonly<Span>[] {
  const open = spans.filter((span) => hasTokens(span) && amount(span, 'cost_usd') === undefined);
  if (open.length === 0) return open;
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return open.filter((span) => {
    for (let above = byId.get(span.parentId); above !== undefined; above = byId.get(above.parentId)) {
      if (amount(above, 'cost_usd') !== undefined) return false;
    }
    return true;
  });
}

function hasTokens(span: Readonly<Span>): boolean {
  return amount(span, 'tokens_prompt') !== undefined || amount(span, 'tokens_completion') !== undefined;
}

function amount({ tags }: Readonly<Span>, tag: string): number | undefined {
  const value = tags[tag];
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function sumOf(spans: readonly Readonly<Span>[], tag: string): number | undefined {
  return spans.reduce<number | undefined>((sum, span) => {
    const value = amount(span, tag);
    return value === undefined ? sum : (sum ?? 0) + value;
  }, undefined);
}

function whole(sum: number | undefined): number | undefined {
  return sum === undefined ? undefined : Math.min(Math.round(sum), Number.MAX_SAFE_INTEGER);
}
