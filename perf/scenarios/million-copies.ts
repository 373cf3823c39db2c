// What the copies of a play differ in, whatever store they are written into.

import { firstSidAt } from '@hero-logic/platform';

interface WorkflowOfPlays {
  readonly sid: string;
  readonly name: string;
  readonly versionSid: string;
}

export interface Templates {
  readonly workflows: readonly WorkflowOfPlays[];
  readonly endedSid: string;
  readonly waitingSid: string;
}

/** One of the plays to be. */
export interface Copy {
  readonly sid: string;
  readonly status: string;
  readonly name: string;
  readonly tags: { readonly customer: string };
  readonly workflow: WorkflowOfPlays;
  readonly startedAt: number;
  /** Undefined = it waits. */
  readonly completedAt: number | undefined;
  /** Of the play, as JSON text. */
  readonly doc: string;
}

const DAYS = 30;
const CUSTOMERS = 1000;
const AT_ONCE = 20_000;
const ENDED = 'success';

/** All copies in the order of their sids, spread over the last days, so many at once. `docs`: of the two templates. */
export function* copiesOf(
  { workflows }: Templates,
  docs: { readonly ended: string; readonly waiting: string },
  counts: { readonly ended: number; readonly waiting: number },
): Iterable<Copy[]> {
  const [ended, waiting] = [JSON.parse(docs.ended), JSON.parse(docs.waiting)];
  const total = counts.ended + counts.waiting;
  const every = Math.floor(total / counts.waiting);
  const begin = Date.now() - DAYS * 86_400_000;
  const step = (DAYS * 86_400_000 - 3_600_000) / total;
  for (let from = 0; from < total; from += AT_ONCE) {
    yield Array.from({ length: Math.min(AT_ONCE, total - from) }, (_, index) => {
      const i = from + index;
      const workflow = workflows[i % workflows.length] as WorkflowOfPlays;
      return copyOf(i % every === 0 ? waiting : ended, i, Math.floor(begin + i * step), workflow);
    });
  }
}

function copyOf(template: Record<string, unknown>, i: number, at: number, workflow: WorkflowOfPlays): Copy {
  const number = i
    .toString(32)
    .padStart(16, '0')
    .replace(/[ilou]/g, 'z');
  const sid = `${firstSidAt(at).slice(0, 10)}${number}`;
  const status = template.status === ENDED ? statusOf(i) : (template.status as string);
  const name = `order ${i}`;
  const tags = { customer: `c${i % CUSTOMERS}` };
  const completedAt = template.status === ENDED ? at + 40 : undefined;
  const times = { createdAt: at, startedAt: at + 5, ...(completedAt === undefined ? {} : { completedAt }) };
  const whose = { workflowSid: workflow.sid, workflowName: workflow.name, versionSid: workflow.versionSid };
  const doc = JSON.stringify({ ...template, ...times, ...whose, sid, rootPlaySid: sid, name, tags, status });
  return { sid, status, name, tags, workflow, startedAt: at + 5, completedAt, doc };
}

/** One in twenty did not end well. */
function statusOf(i: number): string {
  return i % 50 === 1 ? 'failed' : i % 100 === 3 ? 'cancelled' : i % 100 === 7 ? 'timed_out' : ENDED;
}
