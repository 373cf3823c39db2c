// An exported page holds the recorded play as data that cannot leave its place, whatever the play holds, and that reads back the same; and no
// value that a rule names stands anywhere in it, neither in what a replay reads nor in what the viewer shows.

import { spawnSync } from 'node:child_process';
import { create, toJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { LogLineSchema, SpanKind, SpanSchema, SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { expect, test } from 'vitest';
import { playPage } from './play-page.ts';
import { FORMAT, type RecordedPlay, recordedIn, redactRecorded, sha256, VERSION } from './recorded-play.ts';
import { redactDocument, redactText, rulesOf } from './redact.ts';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(2)"> <!-- ' " & $& \u202eevil ${'long'.repeat(50)}`;
const VIEWER =
  '<title>A recorded play</title><script type="application/json" id="recorded-play"><!--recorded play--></script><script>viewer</script>';
const rules = rulesOf(['iban']);

function recordedOf(text: string): RecordedPlay {
  const play = create(PlaySchema, {
    ...{ sid: 'p1', name: text, workflowName: text, versionNumber: 3, status: PlayStatus.FAILED, warnings: [text] },
    ...{ inputData: JSON.stringify({ text, api_key: 'sk-123' }), createdAt: timestampFromMs(0), tokensPrompt: 5n },
    ...{ error: { type: text, message: 'password=hunter2' }, tags: { a: text, auth_token: 'tok-1' } },
    receivedResumes: [{ id: 'q', name: text, message: text, payload: JSON.stringify({ secret: 'hunter2' }) }],
  });
  const span = create(SpanSchema, {
    ...{ spanId: 'a', name: text, title: text, kind: SpanKind.STEP, status: SpanStatus.FAILED, input: text },
    ...{ output: JSON.stringify({ iban: 'DE89', n: 1 }), tags: { n: 1, inner: { cookie: 'hunter2' } } },
    error: { type: text, message: text, traceback: 'secret: hunter2' },
  });
  const line = create(LogLineSchema, { seq: 1n, spanId: 'a', stream: 'log', text: `${text} password=hunter2` });
  return {
    ...{ format: FORMAT, version: VERSION, workflow: text, version_sid: 'v', parent_span: '', source: text },
    ...{
      source_sha256: sha256(text),
      input: play.inputData,
      steps: [],
      answers: [],
      open_pauses: [],
      status: 'failed',
    },
    ...{ output: null, error: null, spans: [], library: [], at_ms: 0 },
    view: {
      play: toJson(PlaySchema, play),
      spans: [toJson(SpanSchema, span)],
      logs: [toJson(LogLineSchema, line)],
    },
  };
}

test('hostile texts stay data', () => {
  const recorded = recordedOf(HOSTILE);
  const page = playPage(recorded, VIEWER);
  const tags = [...page.matchAll(/<([a-z!/][a-z0-9]*)/gi)].map(([, tag]) => tag?.toLowerCase());
  expect(tags).toEqual(['title', '/title', 'script', '/script', 'script', '/script']);
  expect(page).not.toMatch(/\p{Bidi_Control}/u);
  expect(recordedIn(page)).toEqual(recorded);
});

test('what a rule names is nowhere, and counts of tokens stay', () => {
  const clean = redactRecorded(recordedOf('fine'), rules);
  const page = playPage(clean, VIEWER);
  for (const secret of ['sk-123', 'DE89', 'hunter2', 'tok-1']) expect(page).not.toContain(secret);
  expect(clean.view).toMatchObject({
    play: { name: 'fine', tokensPrompt: '5', createdAt: '1970-01-01T00:00:00Z', status: 'PLAY_STATUS_FAILED' },
    spans: [{ tags: { n: 1, inner: { cookie: '[redacted]' } }, output: '{"iban":"[redacted]","n":1}' }],
    logs: [{ seq: '1', text: 'fine password=[redacted]' }],
  });
});

test('an answer and an output that have no names inside go by those of their question, step and flow', () => {
  const recorded = recordedOf('api token');
  const asked = {
    name: 'db_password',
    payload: '"hunter2"',
    defaultPayload: '"hunter2"',
    votes: [{ payload: '"hunter2"' }],
  };
  const play = create(PlaySchema, { workflowName: 'api token', outputData: '["hunter2"]', receivedResumes: [asked] });
  const spans = ['"hunter2"', '{"n":1}', ' null'].map((output) =>
    toJson(SpanSchema, create(SpanSchema, { name: 'fetch-token', output })),
  );
  const clean = redactRecorded(
    {
      ...recorded,
      output: '["hunter2"]',
      steps: [{ step_key: 'k', span_id: 's', name: 'fetch-token', output: '"hunter2"', within: '' }],
      answers: [{ id: 'q', name: 'db_password', payload: '"hunter2"' }],
      view: { play: toJson(PlaySchema, play), spans, logs: [] },
    },
    rules,
  );
  expect(JSON.stringify(clean)).not.toContain('hunter2');
  expect(clean.view?.spans).toMatchObject([{ output: '"[redacted]"' }, { output: '{"n":1}' }, { output: ' null' }]);
});

test('documents keep their digits and, without a secret, their bytes', () => {
  const exact = '{"a": 90071992547409931.0,"b":[1.0]}';
  expect(redactDocument(exact, rules)).toBe(exact);
  expect(redactDocument('{"n":90071992547409931,"f":1.0,"Auth-Token":{"x":1},"deep":[{"IBAN":"DE"}]}', rules)).toBe(
    '{"n":90071992547409931,"f":1.0,"Auth-Token":"[redacted]","deep":[{"IBAN":"[redacted]"}]}',
  );
  expect(redactDocument('', rules)).toBe('');
  expect(redactText('def main(n: int = 3, api_key: str | None = "sk-4711"):', rules)).not.toContain('4711');
  expect(redactText('client_secret: "a b", Bearer abcdefgh.ijk and hl_0123456789abc; order=7', rules)).toBe(
    'client_secret: "[redacted]", Bearer [redacted] and [redacted]; order=7',
  );
  expect(redactText('{"in": {"api_keys": ["sk-1", "sk-2"]}, "n": [1], "token": {"a": "sk-3"}, "m": 2}', rules)).toBe(
    '{"in": {"api_keys": "[redacted]"}, "n": [1], "token": "[redacted]", "m": 2}',
  );
  expect(redactText('print("{\\"api_key\\": \\"sk 1\\", \\"n\\": \\"2\\"}")', rules)).toBe(
    'print("{\\"api_key\\": \\"[redacted]\\", \\"n\\": \\"2\\"}")',
  );
});

test('a source without its secrets still runs', () => {
  const source = `
import os
API_KEY = "sk-4711"  # token=sk-4712
def main(token: str = "sk-4713", session_id: str | None = None) -> dict:
    """password: sk-4714"""
    secret = os.environ.get("HOME")
    keep = dict(token=token, cookie=["sk-4715"])
    return {"password": keep, "text": "Authorization: Bearer sk-4716sk token=sk-4717"}
print(main()["password"])
`;
  const clean = redactRecorded({ ...recordedOf('fine'), source }, rules).source;
  expect(clean).not.toMatch(/sk-47/);
  const ran = spawnSync('python3', ['-c', clean], { encoding: 'utf8' });
  expect(ran, ran.stderr).toMatchObject({ stdout: "{'token': '[redacted]', 'cookie': '[redacted]'}\n" });
});
