import { plays } from '../../api/clients/plays.ts';
import { spans } from '../../api/clients/spans.ts';
import { type Play, playFromPb } from '../../models/play.ts';
import { spanFromPb } from '../../models/span.ts';
import { SpanStore } from '../../models/span-store.ts';

export interface Whole {
  readonly play: Play;
  readonly store: SpanStore;
  /** Steps that were not read. */
  readonly omitted: number;
}

const PAGE = 5000;
const MOST = 20_000;

/** A play with its steps, up to a bound that is said. */
export async function readPlay(playSid: string, signal: AbortSignal): Promise<Whole> {
  const play = playFromPb(await plays.getPlay({ playSid, withSpans: false }, { signal }));
  const store = new SpanStore();
  for (let afterSeq = 0n; store.size < MOST; ) {
    const page = await spans.listSpans({ playSid, afterSeq, pageSize: PAGE, skeleton: true }, { signal });
    store.apply(page.spans.map(spanFromPb));
    if (page.spans.length < PAGE) break;
    afterSeq = page.nextSeq;
  }
  return { play, store, omitted: Math.max(0, play.spanCount - store.size) };
}
