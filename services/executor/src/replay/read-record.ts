// What a play has recorded, read page by page so that other plays are not kept waiting.

import type { StepOutput, StepStore, Stores } from '../domain/ports.ts';
import type { StepHead } from '../domain/record-copy.ts';
import type { SpanRecord } from '../domain/span-tree.ts';

const SPANS_PER_PAGE = 2000;
const STEPS_PER_PAGE = 100;
const HEADS_PER_PAGE = 2000;

/** By first appearance, those below the order `before`, else all. */
export async function readSpans({ spans }: Stores, playSid: string, before = Infinity): Promise<SpanRecord[]> {
  const read: SpanRecord[] = [];
  for (let from = 0; ; ) {
    const page = await spans.listInOrder(playSid, from, SPANS_PER_PAGE);
    for (const record of page) if (record.order < before) read.push(record);
    const last = page.at(-1);
    if (last === undefined || page.length < SPANS_PER_PAGE || last.order >= before) return read;
    from = last.order + 1;
    await breathe();
  }
}

/** In the order in which they were recorded, without their outputs. */
export async function readHeads({ steps }: Stores, playSid: string): Promise<StepHead[]> {
  const read: StepHead[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await steps.heads(playSid, after, HEADS_PER_PAGE);
    read.push(...page.steps);
    after = page.next;
    await breathe();
  }
  return read;
}

/** In the order in which they were recorded, a page at a time. */
export async function* readSteps(steps: StepStore, playSid: string): AsyncGenerator<readonly StepOutput[]> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await steps.page(playSid, after, STEPS_PER_PAGE);
    if (page.steps.length > 0) yield page.steps;
    after = page.next;
  }
}

function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
