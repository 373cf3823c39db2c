/**
 * Copies what a play had recorded before a span began to a new play (domain/record-copy.ts says what). The original is
 * only read. The root is written last, in one batch with nothing after it: where it is there the copy is whole, and a
 * repetition changes nothing; where it is not, a repetition writes the same again.
 */

import { documentProblem, HeroError, invalid } from '@hero-logic/platform';
import { cutPreview } from '../domain/cut.ts';
import type { LogLine } from '../domain/play-log.ts';
import type { PlayBatch, Stores } from '../domain/ports.ts';
import { beganAt, type CopyPlan, planCopy, setOutputProblem, stepOfSpan } from '../domain/record-copy.ts';
import { presentSpans, type SpanRecord } from '../domain/span-tree.ts';
import { readHeads, readSpans, readSteps } from './read-record.ts';

export interface CopyRecord {
  readonly fromPlaySid: string;
  readonly toPlaySid: string;
  readonly fromSpanId: string;
  readonly versionSid: string;
  /** JSON text by span. */
  readonly setOutputs: Readonly<Record<string, string>>;
  readonly edited: boolean;
  readonly askingSpanIds: readonly string[];
  readonly checkOnly: boolean;
}

export interface RecordCopied {
  readonly beganAtMs: number;
  readonly steps: number;
  readonly spans: number;
  readonly askedBefore: readonly string[];
}

const ROWS_PER_BATCH = 500;

/** SPAN_NOT_FOUND; INVALID_ARGUMENT naming `set_outputs[SPAN]`. */
export async function copyRecord(stores: Stores, request: CopyRecord): Promise<RecordCopied> {
  const { fromPlaySid, fromSpanId, versionSid } = request;
  const from = await stores.spans.get(fromPlaySid, fromSpanId);
  if (from === undefined) throw spanNotFound(fromPlaySid, fromSpanId);
  // On the first version a play has, what appeared before has lower orders.
  const read = await readSpans(stores, fromPlaySid, from.span.appeared === undefined ? from.order : undefined);
  const spans = presentSpans(read);
  const plan = planCopy({ from, spans, steps: await readHeads(stores, fromPlaySid), versionSid });
  const outputs = newOutputs(plan, request.setOutputs);
  if (!request.checkOnly && plan.steps.size > 0) await write(stores, request, plan, outputs);
  return {
    beganAtMs: beganAt(from.span),
    steps: plan.steps.size,
    spans: plan.spans.length,
    askedBefore: request.askingSpanIds.filter((id) => plan.before.has(id)),
  };
}

function spanNotFound(playSid: string, spanId: string): HeroError {
  return new HeroError('SPAN_NOT_FOUND', `play ${playSid} has no span ${spanId}`, {
    metadata: { play_sid: playSid, span_id: spanId },
  });
}

interface NewOutput {
  readonly stepKey: string;
  readonly text: string;
}

/** By span. */
function newOutputs(plan: CopyPlan, setOutputs: Readonly<Record<string, string>>): Map<string, NewOutput> {
  const outputs = new Map<string, NewOutput>();
  const violations = [];
  for (const [spanId, text] of Object.entries(setOutputs)) {
    const description = setOutputProblem(plan, spanId) ?? documentProblem(text);
    const stepKey = stepOfSpan(plan, spanId)?.stepKey ?? '';
    if (description !== undefined) violations.push({ field: `set_outputs[${spanId}]`, description });
    else outputs.set(spanId, { stepKey, text });
  }
  if (violations.length > 0) throw invalid(violations);
  return outputs;
}

async function write(
  stores: Stores,
  request: CopyRecord,
  plan: CopyPlan,
  outputs: ReadonlyMap<string, NewOutput>,
): Promise<void> {
  const { toPlaySid: playSid } = request;
  if ((await stores.spans.listInOrder(playSid, 0, 1))[0]?.order === 0) return;
  const add = (batch: Partial<PlayBatch>) =>
    stores.writeBatch(() => ({ playSid, spans: [], steps: [], logs: [], ...batch }));
  await copySteps(stores, request, plan, outputs, add);
  const kept = new Map(plan.spans.filter((r) => r.span.copied === 'kept').map((r) => [r.span.spanId, r]));
  await copyKeptSpans(stores, request, kept, outputs, add);
  await copyLogs(stores, request, kept, add);
  const others = plan.spans.filter(({ span }) => !kept.has(span.spanId)).reverse();
  for (let i = 0; i < others.length; i += ROWS_PER_BATCH) await add({ spans: others.slice(i, i + ROWS_PER_BATCH) });
}

type Add = (batch: Partial<PlayBatch>) => Promise<void>;

async function copySteps(
  stores: Stores,
  { fromPlaySid, edited }: CopyRecord,
  plan: CopyPlan,
  outputs: ReadonlyMap<string, NewOutput>,
  add: Add,
): Promise<void> {
  const texts = new Map([...outputs.values()].map(({ stepKey, text }) => [stepKey, text]));
  for await (const page of readSteps(stores.steps, fromPlaySid)) {
    const steps = page.flatMap(({ output, optional, stepKey }) => {
      const head = plan.steps.get(stepKey);
      return head === undefined
        ? []
        : [{ ...head, optional: optional || edited, output: texts.get(stepKey) ?? output }];
    });
    if (steps.length > 0) await add({ steps });
  }
}

async function copyKeptSpans(
  { spans }: Stores,
  { fromPlaySid }: CopyRecord,
  kept: ReadonlyMap<string, SpanRecord>,
  outputs: ReadonlyMap<string, NewOutput>,
  add: Add,
): Promise<void> {
  for (let afterSeq = 0; ; ) {
    const page = await spans.list(fromPlaySid, { afterSeq, limit: ROWS_PER_BATCH });
    const copies = page.flatMap(({ span: { spanId }, input, output }) => {
      const record = kept.get(spanId);
      const text = outputs.get(spanId)?.text;
      return record === undefined ? [] : [{ ...record, input, output: text === undefined ? output : cutPreview(text) }];
    });
    if (copies.length > 0) await add({ spans: copies });
    const last = page.at(-1);
    if (last === undefined || page.length < ROWS_PER_BATCH) return;
    afterSeq = last.seq;
  }
}

async function copyLogs(
  { spans }: Stores,
  { fromPlaySid }: CopyRecord,
  kept: ReadonlyMap<string, SpanRecord>,
  add: Add,
): Promise<void> {
  let seq = 0;
  for (let afterSeq = 0; ; ) {
    const page = await spans.listLogs(fromPlaySid, { afterSeq, limit: ROWS_PER_BATCH });
    const logs: LogLine[] = page.filter((line) => kept.has(line.spanId)).map((line) => ({ ...line, seq: ++seq }));
    if (logs.length > 0) await add({ logs });
    const last = page.at(-1);
    if (last === undefined || page.length < ROWS_PER_BATCH) return;
    afterSeq = last.seq;
  }
}
