/**
 * What the server has said to its callers, and whether it still says so. A step counts as acknowledged once a caller was shown its
 * output; a play and an answer once their calls came back.
 */

export interface SpanFact {
  readonly output: string;
  /** How often its body had run by then. */
  readonly runs: number;
}

export interface Facts {
  readonly plays: Map<string, string>;
  /** By `play span`. */
  readonly steps: Map<string, SpanFact>;
  /** By `play pause`. */
  readonly answers: Map<string, string>;
  readonly broken: string[];
}

export interface Span {
  readonly span_id: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly output?: string;
  readonly runs: number;
}

export interface Play {
  readonly sid: string;
  readonly status: string;
  readonly output_data?: string;
  readonly error?: { readonly type: string; readonly message: string };
  readonly pending_resumes: readonly { readonly id: string }[];
  readonly received_resumes: readonly { readonly id: string; readonly payload: string }[];
}

export type Rpc = <T>(method: string, params: object) => Promise<T>;

export function noFacts(): Facts {
  return { plays: new Map(), steps: new Map(), answers: new Map(), broken: [] };
}

/** Writes down what is acknowledged by now, and compares it with what was. */
export function seeSpans(facts: Facts, playSid: string, spans: readonly Span[]): void {
  for (const { span_id: spanId, name, kind, status, output = '', runs } of spans) {
    if (kind !== 'step' || (status !== 'ok' && status !== 'replayed') || output === '') continue;
    const key = `${playSid} ${spanId}`;
    const before = facts.steps.get(key);
    if (before === undefined) facts.steps.set(key, { output, runs });
    else if (before.output !== output) facts.broken.push(`step ${name} ${key} said ${before.output}, now ${output}`);
    else if (before.runs !== runs) facts.broken.push(`step ${name} ${key} ran again after it was acknowledged`);
  }
}

const PAGE = 1000;

export function spansOf(rpc: Rpc, playSid: string): Promise<readonly Span[]> {
  return rpc<{ spans: Span[] }>('play_spans', { play_sid: playSid, page_size: PAGE }).then(({ spans }) => spans);
}

/** Reads everything again; the server runs, and nothing is killed any more. */
export async function readAgain(facts: Facts, rpc: Rpc): Promise<void> {
  const tokens = new Set<string>();
  for (const [key, sid] of facts.plays) {
    const play = await rpc<Play>('play_status', { play_sid: sid, with_spans: false }).catch((error: Error) => {
      facts.broken.push(`play ${sid} (${key}): ${error.message}`);
    });
    if (play !== undefined) await readPlay(facts, rpc, play, tokens);
  }
  for (const key of facts.steps.keys()) {
    const [sid = ''] = key.split(' ');
    if (![...facts.plays.values()].includes(sid)) facts.broken.push(`step ${key} belongs to no acknowledged play`);
  }
}

interface Output {
  readonly tokens: readonly string[];
  readonly answer: string;
  readonly children: readonly { readonly tokens: readonly string[] }[];
}

async function readPlay(facts: Facts, rpc: Rpc, play: Play, tokens: Set<string>): Promise<void> {
  const { sid } = play;
  if (play.status !== 'success') {
    facts.broken.push(`play ${sid} is ${play.status}: ${JSON.stringify(play.error ?? '')}`);
    return;
  }
  const spans = await spansOf(rpc, sid);
  const seen = new Set(spans.map((span) => span.span_id));
  for (const key of facts.steps.keys()) {
    const [of, spanId = ''] = key.split(' ');
    if (of === sid && !seen.has(spanId)) facts.broken.push(`step ${key} is lost`);
  }
  seeSpans(facts, sid, spans);
  const output = JSON.parse(play.output_data ?? 'null') as Output;
  for (const { id, payload } of play.received_resumes) {
    const accepted = facts.answers.get(`${sid} ${id}`);
    if (accepted !== undefined && accepted !== payload)
      facts.broken.push(`answer ${sid} ${id} was ${accepted}, now ${payload}`);
    if (JSON.parse(payload) !== output.answer)
      facts.broken.push(`play ${sid} went on with another answer: ${output.answer}`);
  }
  for (const key of facts.answers.keys()) {
    const [of, id] = key.split(' ');
    if (of === sid && !play.received_resumes.some((r) => r.id === id)) facts.broken.push(`answer ${key} is lost`);
  }
  const all = [...output.tokens, ...output.children.flatMap((child) => child.tokens)].filter((t) => t !== 'never');
  for (const token of all) {
    if (tokens.has(token)) facts.broken.push(`token ${token} of play ${sid} was given twice`);
    tokens.add(token);
  }
  await readChildren(facts, rpc, sid, output);
}

async function readChildren(facts: Facts, rpc: Rpc, sid: string, output: Output): Promise<void> {
  const { plays } = await rpc<{ plays: Play[] }>('play_list', { parent_play_sid: sid, page_size: 1000 });
  if (plays.length !== output.children.length) {
    facts.broken.push(`play ${sid} has ${output.children.length} children in its output and ${plays.length} plays`);
  }
  const texts = new Set(output.children.map((child) => JSON.stringify(child)));
  for (const child of plays) {
    const full = await rpc<Play>('play_status', { play_sid: child.sid, with_spans: false });
    const text = JSON.stringify(JSON.parse(full.output_data ?? 'null'));
    if (!texts.has(text)) facts.broken.push(`child ${child.sid} ended with ${text}, its parent was told another`);
  }
}
