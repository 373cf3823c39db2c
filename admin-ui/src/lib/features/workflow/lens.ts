import { plays } from '../../api/clients/plays.ts';
import { spans } from '../../api/clients/spans.ts';
import { type Span, spanFromPb } from '../../models/span.ts';

export interface Lens {
  readonly spans: readonly LensSpan[];
  readonly plays: number;
  /** Some plays had more steps than were read. */
  readonly cut: boolean;
}

/** A step with the play that it belongs to. */
export type LensSpan = Span & { readonly playSid: string };

const PLAYS = 20;
const SPANS = 2000;

/** Steps of the latest plays of one version. */
export async function readLens(workflowSid: string, versionSid: string, signal: AbortSignal): Promise<Lens> {
  const page = await plays.listPlays({ workflowSid, versionSid, pageSize: PLAYS }, { signal });
  const lists = await Promise.all(
    page.plays.map(async ({ sid }) => {
      const read = await spans.listSpans({ playSid: sid, pageSize: SPANS, skeleton: true }, { signal });
      return read.spans.map((pb) => ({ ...spanFromPb(pb), playSid: sid }));
    }),
  );
  return { spans: lists.flat(), plays: page.plays.length, cut: lists.some((l) => l.length === SPANS) };
}
