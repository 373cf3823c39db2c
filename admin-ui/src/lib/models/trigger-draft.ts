// A new trigger as its form holds it, and the spec that is sent.

import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { OverlapPolicy, TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { isRecord, parseJson } from './json.ts';

export interface TriggerDraft {
  kind: TriggerKind;
  name: string;
  cron: string;
  zone: string;
  /** As `datetime-local` has it, in the zone of this browser. */
  at: string;
  slug: string;
  /** `{"input": "/pointer"}`, a JSONata expression, or empty: the body is the input. */
  mapping: string;
  overlap: OverlapPolicy;
  input: string;
  /** These three empty: as usual. */
  catchUpMinutes: number | null;
  jitterSeconds: number | null;
  pauseAfter: number | null;
}

export function newTriggerDraft(zone: string): TriggerDraft {
  return {
    kind: TriggerKind.CRON,
    name: '',
    cron: '0 9 * * 1-5',
    zone,
    at: '',
    slug: '',
    mapping: '',
    overlap: OverlapPolicy.UNSPECIFIED,
    input: '{}',
    ...{ catchUpMinutes: null, jitterSeconds: null, pauseAfter: null },
  };
}

/** What an error of a spec names, each before the names that it begins with. */
export const SPEC_FIELDS: readonly string[] = ['spec.time_zone', 'spec.inputs', 'spec.jsonata', 'spec'];

export type SpecOutcome =
  | { readonly ok: true; readonly spec: string }
  | { readonly ok: false; readonly errors: ReadonlyMap<string, string> };

export function specOf(draft: TriggerDraft): SpecOutcome {
  if (!parseJson(draft.input).ok) return wrong('input_data', 'Is not JSON.');
  if (draft.kind === TriggerKind.CRON) return right({ cron: draft.cron, time_zone: draft.zone });
  if (draft.kind === TriggerKind.WEBHOOK) {
    const slug = draft.slug.trim();
    return right({ ...(slug === '' ? {} : { slug }), ...mappingOf(draft.mapping.trim()) });
  }
  const at = draft.at === '' ? Number.NaN : new Date(draft.at).getTime();
  return Number.isNaN(at) ? wrong('spec', 'Choose a moment.') : right({ at });
}

/** A delivery has no due time that could be late or put off. */
export function timingOf({ kind, catchUpMinutes, jitterSeconds, pauseAfter }: TriggerDraft) {
  const isTimed = kind !== TriggerKind.WEBHOOK;
  return {
    ...(isTimed && catchUpMinutes !== null ? { catchUpWindow: durationFromMs(catchUpMinutes * 60_000) } : {}),
    ...(isTimed && jitterSeconds !== null ? { jitter: durationFromMs(jitterSeconds * 1000) } : {}),
    pauseAfterFailures: pauseAfter ?? 0,
  };
}

/** An object of texts is pointers, everything else an expression. */
function mappingOf(text: string): { inputs?: object; jsonata?: string } {
  if (text === '') return {};
  const read = parseJson(text);
  const isPointers = read.ok && isRecord(read.value) && Object.values(read.value).every((v) => typeof v === 'string');
  return isPointers ? { inputs: read.value as object } : { jsonata: text };
}

function right(spec: object): SpecOutcome {
  return { ok: true, spec: JSON.stringify(spec) };
}

function wrong(field: string, text: string): SpecOutcome {
  return { ok: false, errors: new Map([[field, text]]) };
}
