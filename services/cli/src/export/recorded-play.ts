// A recorded play (docs/recorded-plays.md), and the same without secrets.

import { createHash } from 'node:crypto';
import type { RecordedView } from './recorded-view.ts';
import { type Rules, redactDocument, redactNamed, redactSource, redactText } from './redact.ts';
import { redactView } from './redact-view.ts';

export const FORMAT = 'hero-logic recorded play';
export const VERSION = 1;

export interface RecordedPlay {
  readonly format: string;
  readonly version: number;
  readonly workflow: string;
  readonly version_sid: string;
  readonly parent_span: string;
  readonly source: string;
  readonly source_sha256: string;
  readonly input: string;
  readonly steps: readonly {
    readonly step_key: string;
    readonly span_id: string;
    readonly name: string;
    readonly output: string;
    readonly within: string;
  }[];
  readonly answers: readonly {
    readonly id: string;
    readonly name: string;
    readonly payload?: string;
    readonly expired?: boolean;
  }[];
  readonly open_pauses: readonly string[];
  readonly status: string;
  readonly output: string | null;
  readonly error: { readonly type: string; readonly message: string } | null;
  readonly spans: readonly object[];
  readonly library: readonly { readonly source: string }[];
  readonly at_ms: number;
  /** Absent in files of other makers. */
  readonly view?: RecordedView;
}

export function redactRecorded(recorded: RecordedPlay, rules: Rules): RecordedPlay {
  const { error, output } = recorded;
  const source = redactSource(recorded.source, rules);
  return {
    ...recorded,
    source,
    source_sha256: sha256(source),
    input: redactDocument(recorded.input, rules),
    steps: recorded.steps.map((step) => ({ ...step, output: redactNamed(step.name, step.output, rules) })),
    answers: recorded.answers.map((answer) =>
      answer.payload === undefined ? answer : { ...answer, payload: redactNamed(answer.name, answer.payload, rules) },
    ),
    output: output === null ? null : redactNamed(recorded.workflow, output, rules),
    error: error === null ? null : { ...error, message: redactText(error.message, rules) },
    library: recorded.library.map((one) => ({ ...one, source: redactSource(one.source, rules) })),
    ...(recorded.view === undefined ? {} : { view: redactView(recorded.view, rules) }),
  };
}

/** Also of an exported page. Undefined: it holds none that this version reads. */
export function recordedIn(text: string): RecordedPlay | undefined {
  const inPage = /<script type="application\/json" id="recorded-play">([\s\S]*?)<\/script>/.exec(text)?.[1];
  try {
    const found = JSON.parse(inPage ?? text) as Partial<RecordedPlay> | null;
    const isOne = found?.format === FORMAT && found.version === VERSION && typeof found.input === 'string';
    return isOne && Array.isArray(found.answers) ? (found as RecordedPlay) : undefined;
  } catch {
    return undefined; // The caller says of any text that it is none.
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
