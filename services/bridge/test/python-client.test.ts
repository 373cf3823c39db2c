// Contract: the generated Python client, run by a real python3 against a real bridge, makes every call by keyword, over the socket that the
// environment names or over HTTP, and raises HeroLogicError with code, reason and violations.

import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBridge, type TestBridge } from './test-bridge.ts';

const exec = promisify(execFile);
let bridge: TestBridge;
let folder: string;
beforeAll(async () => {
  bridge = await startTestBridge();
  folder = join(bridge.folder, 'var/router/python');
});
afterAll(() => bridge.close());

/** Runs a script that prints JSON. */
async function python(script: string, env: Record<string, string> = {}): Promise<unknown> {
  const { stdout } = await exec('python3', ['-W', 'error', '-B', '-c', script], {
    env: { PATH: process.env.PATH, PYTHONPATH: folder, ...env },
  });
  return JSON.parse(stdout);
}

test('it is written whole, and nothing is left beside it', () => {
  expect(readdirSync(folder)).toEqual(['hero_logic_client.py']);
  expect(statSync(join(folder, 'hero_logic_client.py')).size).toBeGreaterThan(10_000);
});

test('calls over the socket that PATH_ROOT or PATH_SOCKET names, by path, and over HTTP', async () => {
  const script = `
import json
from hero_logic_client import HeroLogicClient
client = HeroLogicClient()
print(json.dumps([
    client.system_ping(),
    client.play_run_async(workflow_sid="w", input_data={"big": 9007199254740993}),
    client.flow_library_search(query="x", limit=3),
    client.play_start(workflow_name="w", input_data='{"a": 1.0}', tags={"k": "v"})["input_data"],
    client.span_push(play_sid="p", event={"event": "span_end"}),
    client.rpc_discover()["info"]["title"],
    client.call("LogicService.system.ping"),
]))`;
  const expected = ['pong', 'p-async', ['w1', 'w2'], '{"a": 1.0}', true, 'hero_logic', 'pong'];
  expect(await python(script, { PATH_ROOT: bridge.folder })).toEqual(expected);
  expect(await python(script, { PATH_SOCKET: join(bridge.folder, 'var/sockets') })).toEqual(expected);
  const byPath = `HeroLogicClient(${JSON.stringify(join(bridge.folder, 'var/sockets/hero_logic/rpc.sock'))})`;
  expect(await python(script.replace('HeroLogicClient()', byPath))).toEqual(expected);
  const byUrl = `HeroLogicClient(url=${JSON.stringify(bridge.url)}, timeout=5)`;
  expect(await python(script.replace('HeroLogicClient()', byUrl))).toEqual(expected);
  expect(bridge.seen.requests.find(([name]) => name === 'play_run_async')?.[1]).toMatchObject({
    inputData: '{"big": 9007199254740993}',
  });
});

test('errors say what is wrong', async () => {
  const script = `
import json
from hero_logic_client import HeroLogicClient, HeroLogicError
client = HeroLogicClient()
found = []
for call in (
    lambda: client.play_status(play_sid="zz"),
    lambda: client.play_resume(play_sid="", resume_id="r", payload_json="{"),
    lambda: client.play_start(input_data={}),
):
    try:
        call()
    except HeroLogicError as error:
        found.append([error.code, error.reason, [v["field"] for v in error.violations], error.metadata, str(error)])
print(json.dumps(found))`;
  expect(await python(script, { PATH_ROOT: bridge.folder })).toEqual([
    [-32005, 'PLAY_NOT_FOUND', [], { play_sid: 'zz' }, 'PLAY_NOT_FOUND: no play zz'],
    [-32602, 'INVALID_ARGUMENT', ['payload_json', 'play_sid'], {}, expect.any(String)],
    [-32602, 'INVALID_ARGUMENT', ['workflow_sid'], {}, expect.any(String)],
  ]);
});

test('nobody there is an OSError that names the socket', async () => {
  const script = `
import json
from hero_logic_client import HeroLogicClient
try:
    HeroLogicClient("/nowhere/rpc.sock").system_ping()
except OSError as error:
    print(json.dumps([type(error).__name__, str(error)]))`;
  expect(await python(script)).toEqual(['FileNotFoundError', expect.stringContaining('/nowhere/rpc.sock')]);
});

test('a method per call, with a docstring and hints for all', async () => {
  const script = `
import inspect, json, typing
import hero_logic_client as module
methods = {n: f for n, f in vars(module.HeroLogicClient).items() if inspect.isfunction(f) and not n.startswith("_")}
for name, function in methods.items():
    assert function.__doc__, name
    hints = typing.get_type_hints(function)
    assert "return" in hints and set(inspect.signature(function).parameters) - {"self"} <= set(hints), name
print(json.dumps(sorted(methods)))`;
  const document = (await bridge.call('rpc.discover')) as unknown as { result: { methods: { name: string }[] } };
  const names = document.result.methods.map((m) => m.name.replace('.', '_'));
  expect(await python(script)).toEqual([...names, 'call'].sort());
});
