import { plays, spans } from '../../api/clients.ts';
import { type Span, spanFromPb } from '../../models/span.ts';

export interface Lens {
  readonly spans: readonly Span[];
  readonly plays: number;
  /** Some plays had more steps than were read. */
  readonly cut: boolean;
}

const PLAYS = 20;
const SPANS = 2000;

/** Steps of the latest plays of one version. */
export async function readLens(workflowSid: string, versionSid: string, signal: AbortSignal): Promise<Lens> {
  const page = await plays.listPlays({ workflowSid, versionSid, pageSize: PLAYS }, { signal });
  const lists = await Promise.all(
    page.plays.map(
      async (p) => (await spans.listSpans({ playSid: p.sid, pageSize: SPANS, skeleton: true }, { signal })).spans,
    ),
  );
  return { spans: lists.flat().map(spanFromPb), plays: page.plays.length, cut: lists.some((l) => l.length === SPANS) };
}
