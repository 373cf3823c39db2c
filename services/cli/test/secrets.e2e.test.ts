// Contract: a flow gets a secret by name when its workflow is named for it, and nothing that can be read of the play holds it: not spans, logs,
// errors, documents, the server's log or the store, also not where the flow goes past the SDK; a rotated value counts at once; a renamed
// workflow has no say in what its new name may; one that is kept in the store is set from stdin and never read again.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli, type LocalRun, startLocalRun } from './support/local-run.ts';

const FIRST = 'sk-live-first-0123456789';
const SECOND = 'sk-live-second-9876543210';
const file = join(tmpdir(), `hl-secret-${process.pid}`);

const SOURCE = `
import base64, os
from hero_tracing import ask_user, flow

@flow
def use(token: str) -> int:
    print("using", token)
    os.write(1, f"past the SDK: {token}\\n".encode())
    flow.current_span.tag("token", token)
    flow.current_span.log("x" * 4090 + token)
    return len(token)

@flow
def leak(token: str) -> str:
    return base64.b64encode(b"a" + token.encode()).decode()

@flow(name="pay")
def pay() -> dict:
    token = flow.secret("stripe")
    used = use(token)
    try:
        leak(token)
    except ValueError as error:
        said = str(error)
    ask_user.confirm(f"Go on with {token}?", name="go")
    try:
        flow.secret("crm")
    except flow.SecretRefused as error:
        return {"first": used, "second": len(flow.secret("stripe")), "said": said, "other": str(error)}
`;

let run: LocalRun;
beforeAll(async () => {
  writeFileSync(file, `${FIRST}\n`);
  const secrets = {
    stripe: { file, workflows: ['pay*'] },
    crm: { env: 'CRM_TOKEN', workflows: ['crm'] },
  };
  run = await startLocalRun({
    env: { HERO_LOGIC_SECRETS: JSON.stringify(secrets), CRM_TOKEN: 'crm-0123456789', HERO_LOGIC_LOG: 'info' },
  });
});
afterAll(() => run.remove());

interface Play {
  sid: string;
  status: string;
  output_data: string;
  error?: { type: string; message: string };
}

it('is given, used, and seen nowhere', async () => {
  const { sid: workflow_sid } = await run.rpc<{ sid: string }>('workflow_create', {
    name: 'pay',
    python_source: SOURCE,
  });
  const play = await run.rpc<Play>('play_start', { workflow_name: 'pay', input_data: {}, wait_ms: 30_000 });
  expect(play.error).toBeFalsy();
  expect(play.status).toBe('awaiting_resume');
  const { resumes } = await run.rpc<{ resumes: { id: string; message: string; name: string }[] }>(
    'play_pending_resumes',
    {
      play_sid: play.sid,
    },
  );
  writeFileSync(file, SECOND);
  await run.rpc('play_resume', { play_sid: play.sid, resume_id: resumes[0]?.id, payload_json: 'true' });
  const done = await run.rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 30_000, until: 'terminal' });
  expect(done.status).toBe('success');
  expect(JSON.parse(done.output_data)).toMatchObject({
    first: FIRST.length,
    second: SECOND.length,
    said: "the output of step 'leak' holds [secret stripe]; return what you did with it, never the secret itself",
    other: expect.stringContaining('there is no secret "crm" for the workflow "pay"'),
  });

  const { spans } = await run.rpc<{ spans: unknown[] }>('play_spans', { play_sid: play.sid });
  const { logs } = await run.rpc<{ logs: { text: string }[] }>('play_logs', { play_sid: play.sid });
  expect(logs.some(({ text }) => text === 'past the SDK: [secret stripe]')).toBe(true);
  await run.stop();
  const folder = join(run.root, 'var/hero_logic');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const kept = files.filter((path) => /sqlite/.test(path)).map((path) => readFileSync(path, 'latin1'));
  expect(kept.length).toBeGreaterThan(0);
  for (const text of [JSON.stringify([play, resumes, done, spans, logs]), run.output(), ...kept]) {
    for (const secret of [FIRST, SECOND, Buffer.from(FIRST).toString('base64').slice(0, 30)]) {
      expect(text.includes(secret)).toBe(false);
    }
  }
  expect(run.output()).toContain('a play was given a secret');
  await run.restart();

  await run.rpc('workflow_update', { workflow_sid, name: 'other' });
  const renamed = await run.rpc<Play>('play_start', { workflow_name: 'other', input_data: {}, wait_ms: 30_000 });
  expect(renamed.error).toMatchObject({ type: 'SecretRefused' });
});

it('is kept sealed in the store by an administrator', async () => {
  const value = 'kept-sealed-0123456789';
  const set = await cli(run, ['secret', 'set', 'kept', '--workflows', 'use_*'], `${value}\n`);
  expect(set).toMatchObject({ code: 0, stdout: '' });
  expect((await cli(run, ['secret', 'list'])).stdout).toMatch(/^kept\tuse_\*\t/m);
  const source = 'from hero_tracing import flow\n@flow\ndef use_it() -> int:\n    return len(flow.secret("kept"))\n';
  await run.rpc('workflow_create', { name: 'use_it', python_source: source });
  const started = () => run.rpc<Play>('play_start', { workflow_name: 'use_it', input_data: {}, wait_ms: 30_000 });
  expect(await started()).toMatchObject({ status: 'success', output_data: String(value.length) });
  expect((await cli(run, ['secret', 'set', 'kept', '--no-value', '--workflows', 'x'])).code).toBe(0);
  expect((await started()).error).toMatchObject({ type: 'SecretRefused' });
  expect((await cli(run, ['secret', 'set', 'short', '--workflows', 'x'], 'short')).stderr).toContain('value');
  expect((await cli(run, ['secret', 'delete', 'kept'])).code).toBe(0);
  expect((await cli(run, ['secret', 'delete', 'kept'])).stderr).toContain('SECRET_NOT_FOUND');
  const folder = join(run.root, 'var/hero_logic');
  for (const name of readdirSync(folder).filter((file) => file.includes('sqlite'))) {
    expect(readFileSync(join(folder, name), 'latin1').includes(value), name).toBe(false);
  }
  expect(statSync(join(folder, 'secrets.key')).mode & 0o777).toBe(0o600);
});

it('refuses what cannot be meant', async () => {
  const said = async (text: string) => {
    const { code, stderr } = await cli({ ...run, env: { ...run.env, HERO_LOGIC_SECRETS: text } }, [
      'dev',
      '--port',
      '0',
    ]);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await said('{"a": {"file": "/x"}}')).toContain('needs "workflows" in "a"');
  expect(await said('{"a": {"workflows": ["x"]}}')).toContain('needs "file" or "env" in "a"');
  expect(await said('{"a": {"env": "X", "workflows": ["x"], "value": "v"}}')).toContain('has "value" in "a"');
  expect(await said('/nowhere')).toContain('cannot be read');
  const key = { ...run, env: { ...run.env, HERO_LOGIC_SECRETS_KEY: 'short' } };
  expect((await cli(key, ['dev', '--port', '0'])).stderr).toContain(
    'HERO_LOGIC_SECRETS_KEY must hold keys of 32 bytes',
  );
});
