// An exported page runs nothing and loads nothing whatever the play holds, shows no value that a rule names, and carries the recorded play
// as data that reads back the same.

import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { SpanKind, SpanSchema, SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { expect, test } from 'vitest';
import { playPage } from './play-page.ts';
import { redactDocument, redactText, rulesOf } from './redact.ts';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(2)"> <!-- ' " & \u202eevil\u0000 ${'long'.repeat(50)}`;
const rules = rulesOf(['iban']);

function pageOf(text: string): string {
  const play = create(PlaySchema, {
    ...{ sid: 'p1', name: text, workflowName: text, versionNumber: 3, status: PlayStatus.FAILED, warnings: [text] },
    ...{
      inputData: JSON.stringify({ text, api_key: 'sk-123' }),
      error: { type: text, message: text },
      tags: { a: text },
    },
    ...{
      createdAt: timestampFromMs(0),
      receivedResumes: [{ id: 'q', name: text, message: text, payload: JSON.stringify(text) }],
    },
  });
  const span = (spanId: string, parentId: string) =>
    create(SpanSchema, {
      ...{ spanId, parentId, name: text, title: text, kind: SpanKind.STEP, status: SpanStatus.FAILED, input: text },
      ...{ output: JSON.stringify({ iban: 'DE89', n: 1 }), error: { type: text, message: text, traceback: text } },
      ...{ logs: [{ seq: 1n, spanId, stream: 'log', text: `${text} password=hunter2` }] },
    });
  const recorded = JSON.stringify({ format: 'hero-logic recorded play', text });
  return playPage({ play, spans: [span('a', ''), span('b', 'a')], source: text, recorded, rules });
}

test('hostile texts stay texts, and nothing is loaded', () => {
  const page = pageOf(HOSTILE);
  const tags = [...page.matchAll(/<([a-z!/][a-z0-9]*)/gi)].map(([, tag]) => tag?.toLowerCase());
  expect(tags.filter((tag) => tag === 'script')).toHaveLength(1);
  expect(tags.filter((tag) => ['img', 'iframe', 'link', 'object', 'a', 'form', 'svg'].includes(tag ?? ''))).toEqual([]);
  expect(page).not.toMatch(/<[^>]*\s(?:on\w+|src|href)\s*=/i);
  expect(page).not.toMatch(/\p{Bidi_Control}/u);
  expect(page.includes('\0')).toBe(false);
  expect(page).toContain("default-src 'none'");
  const data = /<script type="application\/json" id="recorded-play">(.*)<\/script>/s.exec(page)?.[1] ?? '';
  expect(JSON.parse(data)).toEqual({ format: 'hero-logic recorded play', text: HOSTILE });
});

test('what a rule names is nowhere', () => {
  const page = pageOf('fine');
  for (const secret of ['sk-123', 'DE89', 'hunter2']) expect(page).not.toContain(secret);
  expect(page).toContain('[redacted]');
});

test('documents keep their digits and, without a secret, their bytes', () => {
  const exact = '{"a": 90071992547409931.0,"b":[1.0]}';
  expect(redactDocument(exact, rules)).toBe(exact);
  expect(redactDocument('{"n":90071992547409931,"f":1.0,"Auth-Token":{"x":1},"deep":[{"IBAN":"DE"}]}', rules)).toBe(
    '{"n":90071992547409931,"f":1.0,"Auth-Token":"[redacted]","deep":[{"IBAN":"[redacted]"}]}',
  );
  expect(redactDocument('', rules)).toBe('');
  expect(redactText('client_secret: "a b", Bearer abcdefgh.ijk and hl_0123456789abc; order=7', rules)).toBe(
    'client_secret: [redacted], Bearer [redacted] and [redacted]; order=7',
  );
});
