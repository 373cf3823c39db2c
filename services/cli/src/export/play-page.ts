/**
 * A play as one page that needs nothing else: no script runs in it, it loads nothing, and its policy would not let it. What a play holds is
 * text in it, whatever it looks like. The recorded play stands in it as data, so that the page is also the fixture of a test.
 */

import { timeFromPb } from '@hero-logic/platform/client';
import type { Span } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import type { Play } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import { playStatusWord, spanKindWord, spanStatusWord } from '../core/words.ts';
import { duration } from '../text/duration.ts';
import { PAGE_STYLE } from './page-style.ts';
import { type Rules, redactDocument, redactText } from './redact.ts';

export interface PageContent {
  readonly play: Play;
  readonly spans: readonly Span[];
  readonly source: string;
  /** The recorded play, as `play export` writes it, redacted. */
  readonly recorded: string;
  readonly rules: Rules;
}

/** Marks the recorded play inside a page: the Python helpers look for it. */
const RECORD_BEGIN = '<script type="application/json" id="recorded-play">';

export function playPage({ play, spans, source, recorded, rules }: PageContent): string {
  const children = byParent(spans);
  const known = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentId }) => parentId === '' || !known.has(parentId));
  const title = `${redactText(play.name, rules)} · ${playStatusWord(play.status)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeText(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${header(play, rules)}
${documents(play, rules)}
${questions(play, rules)}
<h2>Steps</h2>
${roots.map((span) => spanHtml(span, children, rules)).join('\n') || '<p>No step was recorded.</p>'}
<details><summary>Source</summary><pre>${escapeText(redactText(source, rules))}</pre></details>
</main>
${RECORD_BEGIN}${asData(recorded)}</script>
</body>
</html>
`;
}

function header(play: Play, rules: Rules): string {
  const status = playStatusWord(play.status);
  const { error } = play;
  const facts = [
    ['Flow', `${play.workflowName} v${play.versionNumber}`],
    ['Play', play.sid],
    ['Started', moment(play.createdAt)],
    ['Ended', moment(play.completedAt)],
    ['Ran', duration(Number(play.durationMs))],
    [
      'Labels',
      Object.entries(play.tags)
        .map(([key, value]) => `${key}=${value}`)
        .join(', '),
    ],
  ].filter(([, value]) => value !== '');
  const failure =
    error === undefined
      ? ''
      : `<section class="failed"><h2>${escapeText(error.type)}</h2><pre>${escapeText(redactText(error.traceback || error.message, rules))}</pre></section>`;
  return `<h1>${escapeText(redactText(play.name, rules))} <span class="status ${status}">${status}</span></h1>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeText(redactText(value ?? '', rules))}</dd>`).join('')}</dl>
${play.warnings.map((text) => `<p class="warning">${escapeText(redactText(text, rules))}</p>`).join('')}${failure}`;
}

function documents({ inputData, outputData }: Play, rules: Rules): string {
  return [documentHtml('Input', inputData, rules), documentHtml('Output', outputData, rules)].join('');
}

function questions({ receivedResumes, pendingResumes }: Play, rules: Rules): string {
  const all = [...receivedResumes, ...pendingResumes];
  if (all.length === 0) return '';
  return `<h2>Questions</h2>${all.map((question) => questionHtml(question, rules)).join('')}`;
}

function questionHtml({ name, message, payload, resumedBy }: ResumeRequest, rules: Rules): string {
  const answer =
    payload === '' ? '<p>No answer.</p>' : documentHtml(`Answer by ${resumedBy || 'somebody'}`, payload, rules);
  return `<section><h3>${escapeText(name)}</h3><p class="message">${escapeText(redactText(message, rules))}</p>${answer}</section>`;
}

function spanHtml(span: Span, children: ReadonlyMap<string, readonly Span[]>, rules: Rules): string {
  const status = spanStatusWord(span.status);
  const start = timeFromPb(span.startMs);
  const end = timeFromPb(span.endMs);
  const took = start === undefined || end === undefined ? '' : duration(end - start);
  const inner = children.get(span.spanId) ?? [];
  const logs = span.logs.map(({ text }) => escapeText(redactText(text, rules))).join('\n');
  const { error } = span;
  const failed =
    error === undefined
      ? ''
      : `<pre class="failed">${escapeText(redactText(error.traceback || `${error.type}: ${error.message}`, rules))}</pre>`;
  return `<details class="span"${status === 'ok' || status === 'replayed' ? '' : ' open'}>
<summary><span class="status ${status}">${status}</span> <b>${escapeText(redactText(span.title || span.name, rules))}</b> <small>${spanKindWord(span.kind)} ${took}</small></summary>
${documentHtml('Input', span.input, rules)}${documentHtml('Output', span.output, rules)}${failed}${logs === '' ? '' : `<pre class="logs">${logs}</pre>`}
${inner.map((child) => spanHtml(child, children, rules)).join('\n')}
</details>`;
}

function documentHtml(title: string, text: string, rules: Rules): string {
  if (text === '') return '';
  return `<section><h3>${escapeText(title)}</h3><pre>${escapeText(redactDocument(text, rules))}</pre></section>`;
}

function byParent(spans: readonly Span[]): Map<string, Span[]> {
  const children = new Map<string, Span[]>();
  for (const span of spans) children.set(span.parentId, [...(children.get(span.parentId) ?? []), span]);
  return children;
}

function moment(at: Play['createdAt']): string {
  const ms = timeFromPb(at);
  return ms === undefined ? '' : new Date(ms).toISOString();
}

const UNSEEN = /[\p{Cc}\p{Bidi_Control}]/gu;
const VISIBLE = '\n\r\t';

/** Text stays text; what would turn the direction of the page around is shown as its code. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(UNSEEN, (sign) =>
      VISIBLE.includes(sign) ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

/** JSON that cannot end the element that it stands in, and is the same JSON. */
function asData(json: string): string {
  return json.trim().replace(UNSAFE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const UNSAFE = /[<>&\u2028\u2029\p{Bidi_Control}]/gu;
