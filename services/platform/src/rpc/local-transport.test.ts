// Contract: a call inside the process behaves as one over the wire: checked fields, errors with their reason and their fields, a deadline that
// holds though the handler does not look, and a handler that hears when nobody waits any more.

import { Code, ConnectError, createClient, type HandlerContext } from '@connectrpc/connect';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { expect, test } from 'vitest';
import { invalid, silentLog, toHeroError } from '../index.ts';
import { createLocalTransport } from './local-transport.ts';

const SID = '01j00000000000000000000000';

function serve(getPlay: (request: { playSid: string }, context: HandlerContext) => Promise<{ sid: string }>) {
  const routes = [
    (router: Parameters<Parameters<typeof createLocalTransport>[0]['routes'][number]>[0]) =>
      void router.service(PlayService, { getPlay }),
  ];
  return createClient(PlayService, createLocalTransport({ routes, log: silentLog }));
}

test('a reply comes as a message with its defaults; headers go along', async () => {
  const heard: (string | null)[] = [];
  const client = serve(async ({ playSid }, { requestHeader }) => {
    heard.push(requestHeader.get('x-hero-user'));
    return { sid: playSid };
  });
  const play = await client.getPlay({ playSid: SID }, { headers: { 'x-hero-user': 'ana' } });
  expect([play.sid, play.warnings, play.$typeName]).toEqual([SID, [], 'herologic.scheduler.v1.Play']);
  expect(heard).toEqual(['ana']);
});

test('fields are checked, and what a handler throws keeps its reason and fields', async () => {
  const client = serve(async () => {
    throw invalid([{ field: 'play_sid', description: 'is odd' }]);
  });
  const unchecked = await client.getPlay({ playSid: 'x'.repeat(500) }).catch(toHeroError);
  expect(unchecked).toMatchObject({ reason: 'INVALID_ARGUMENT', violations: [{ field: 'play_sid' }] });
  const thrown = await client.getPlay({ playSid: SID }).catch(toHeroError);
  expect(thrown).toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [{ field: 'play_sid', description: 'is odd' }],
  });
  expect(await client.listPlays({}).catch((error) => ConnectError.from(error).code)).toBe(Code.Unimplemented);
});

test('a deadline and a caller that leaves end the call though the handler goes on, and it hears of it', async () => {
  const signals: AbortSignal[] = [];
  const client = serve((_, { signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  });
  const late = await client.getPlay({ playSid: SID }, { timeoutMs: 1 }).catch((error) => ConnectError.from(error).code);
  const leaving = new AbortController();
  const left = client
    .getPlay({ playSid: SID }, { signal: leaving.signal })
    .catch((error) => ConnectError.from(error).code);
  leaving.abort();
  expect([late, await left]).toEqual([Code.DeadlineExceeded, Code.Canceled]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('once a call is answered its signal aborts', async () => {
  const signals: AbortSignal[] = [];
  const client = serve(async (_, { signal }) => {
    signals.push(signal);
    return { sid: SID };
  });
  await client.getPlay({ playSid: SID });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});
