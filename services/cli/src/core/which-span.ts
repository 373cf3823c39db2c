// The span that a command means: an id, or a name that one span of the play has.

import { HeroError } from '@hero-logic/platform/client';
import { clean } from '../text/width.ts';
import type { Context } from './context.ts';
import { UsageError } from './usage-error.ts';
import { spanStatusWord } from './words.ts';

const PAGE = 5000;
const SHOWN = 20;

export async function whichSpan({ clients }: Context, playSid: string, called: string): Promise<string> {
  const named: string[] = [];
  const ids: string[] = [];
  for (let afterSeq = 0n; ; ) {
    const page = await clients.spans.listSpans({ playSid, afterSeq, pageSize: PAGE, skeleton: true });
    for (const span of page.spans) {
      if (span.spanId === called) return called;
      if (span.name !== called) continue;
      ids.push(span.spanId);
      named.push(`  ${span.spanId}  ${spanStatusWord(span.status)}  ${clean(span.title)}`.trimEnd());
    }
    if (page.spans.length < PAGE) break;
    afterSeq = page.nextSeq;
  }
  const [only] = ids;
  if (only === undefined) throw new HeroError('SPAN_NOT_FOUND', `play ${playSid} has no span "${called}"`);
  if (ids.length === 1) return only;
  const more = named.length > SHOWN ? [`  … ${named.length - SHOWN} more`] : [];
  const list = [...named.slice(0, SHOWN), ...more].join('\n');
  throw new UsageError(`${named.length} spans are called "${called}"; use the id of one:\n${list}`);
}
