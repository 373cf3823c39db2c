// Contract: a play that may use the network finds the endpoint for models in its environment, one that may not finds nothing; the key is
// in nothing that is kept, however a play sends it; tokens are priced at the end of a run; only a version that may write changes anything.

import { fileURLToPath } from 'node:url';
import { pricesFromText, silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInterpreters } from '../src/create-interpreters.ts';
import { findPython } from '../src/interpreters/python.ts';
import { createWorld } from './world.ts';

const SDK = fileURLToPath(new URL('../../../python', import.meta.url));
const python = await findPython().catch(() => undefined);
const KEY = 'sk-very-secret-0123456789';
const broker = { url: 'http://127.0.0.1:9/v1', key: KEY, model: 'small' };

const TELLS = `
import os, sys
from hero_tracing import flow

@flow
def tell(text):
    flow.current_span.tag("said", text)
    print(text)
    os.write(1, text.encode())
    return text

@flow
def main():
    found = {name: os.environ.get(name) for name in ("HERO_AIBROKER_URL", "HERO_AIBROKER_KEY", "HERO_AIBROKER_MODEL")}
    tell(str(found["HERO_AIBROKER_KEY"]))
    if found["HERO_AIBROKER_KEY"]:
        raise RuntimeError(str(found))
    return found
`;

const COSTS = `
from hero_tracing import flow, instrument

class Completions:
    def create(self, model):
        return {"model": model, "usage": {"prompt_tokens": 1000, "completion_tokens": 500}}

@flow
def ask(model):
    return instrument(Completions()).create(model=model)

@flow
def main(models):
    for model in models:
        ask(model)
`;

const WRITES = `
from hero_tracing import flow

@flow
def main(method):
    try:
        flow.call(method, name="x")
    except flow.CallFailed as error:
        return [error.reason, str(error)]
`;

describe.skipIf(python === undefined)('models, seen from a play', () => {
  const folder = createTempDir();
  let world: Awaited<ReturnType<typeof createWorld>>;

  beforeAll(async () => {
    const interpreters = await createInterpreters({ sdkPath: SDK, dir: folder.path, slots: 2, log: silentLog });
    const prices = pricesFromText('{"small*": {"prompt": 1, "completion": 2}}');
    world = await createWorld({ interpreters, config: { slots: 2, broker, prices } });
  });
  afterAll(async () => {
    await world.dispose();
    folder.remove();
  });

  async function play(sid: string, source: string, network: string, input: unknown = {}) {
    world.scheduler.addVersion(sid, source, { limits: { network } });
    world.scheduler.enqueue(sid, { workflowVersionSid: sid, inputData: JSON.stringify(input) });
    return world.scheduler.reported(sid);
  }

  it('gives the endpoint to plays with a network only, and keeps the key out of everything', async () => {
    const closed = await play('closed', TELLS, 'none');
    const nothing = { HERO_AIBROKER_URL: null, HERO_AIBROKER_KEY: null, HERO_AIBROKER_MODEL: null };
    expect(JSON.parse(closed.outputData)).toEqual(nothing);
    const open = await play('open', TELLS, 'any');
    expect(open.outcome).toBe(RunOutcome.FAILED);
    expect(open.error?.message).toContain(`'HERO_AIBROKER_KEY': '[HERO_AIBROKER_KEY]', 'HERO_AIBROKER_MODEL': 'small'`);
    const { spans } = await world.spans.listSpans({ playSid: 'open' });
    const { logs } = await world.spans.listLogs({ playSid: 'open' });
    expect(spans.find((s) => s.name === 'tell')?.tags?.said).toBe('[HERO_AIBROKER_KEY]');
    expect(logs.map((l) => l.text)).toEqual(['[HERO_AIBROKER_KEY]', '[HERO_AIBROKER_KEY]']);
    const { steps } = await world.spans.listSteps({ playSid: 'open' });
    const kept = JSON.stringify([open, spans, logs, steps], (_, v) => (typeof v === 'bigint' ? String(v) : v));
    expect(kept).not.toContain(KEY);
  });

  it('prices tokens, and knows no cost when one price is missing', async () => {
    const known = await play('known', COSTS, 'none', { models: ['small', 'small-2026'] });
    expect(known).toMatchObject({ totalCostUsd: 0.004, tokensPrompt: 2000n, tokensCompletion: 1000n });
    const { spans } = await world.spans.listSpans({ playSid: 'known' });
    const priced = spans.filter((s) => s.name === 'rpc:Completions.create').map((s) => s.tags?.cost_usd);
    expect(priced).toEqual([0.002, 0.002]);
    const unknown = await play('unknown', COSTS, 'none', { models: ['small', 'other'] });
    expect(unknown.totalCostUsd).toBeUndefined();
    expect(unknown.tokensPrompt).toBe(2000n);
  });

  it('lets nothing be changed by a version without the right', async () => {
    const create = await play('writes', WRITES, 'none', { method: 'workflow_create' });
    expect(JSON.parse(create.outputData)).toEqual([
      'PERMISSION_DENIED',
      expect.stringContaining('write the version with limits {"services": "write"}'),
    ]);
    const remove = await play('deletes', WRITES, 'none', { method: 'workflow_delete' });
    expect(JSON.parse(remove.outputData)).toEqual(['METHOD_NOT_FOUND', expect.stringContaining('it can call ')]);
  });
});
