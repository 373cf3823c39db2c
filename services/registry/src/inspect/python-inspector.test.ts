// Contract: a source is read with Python's own words and never run; the entry is the flow named like the workflow, else main, else the only
// one; what the declaration leaves out comes from hints, defaults and the docstring; a source that breaks or stalls the parser is refused
// within the deadline, and the next one is read all the same.

import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { isHeroError, silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createPythonInspector } from './python-inspector.ts';

const inspector = createPythonInspector({ python: '', log: silentLog });
afterAll(() => inspector.close());

const HEAD = 'from hero_tracing import flow\n';
const entryOf = async (source: string, name = 'wf') => (await inspector.inspect(source, name)).outline.entry;

async function inputsOf(parameters: string, before = '', decorator = '@flow') {
  const { inputs } = await inspector.inspect(`${HEAD}${before}\n${decorator}\ndef f(${parameters}): ...\n`, 'f');
  return Object.fromEntries(
    inputs.map((f) => [f.name, [f.type, f.required, f.default, f.schema].filter((v) => v !== '')]),
  );
}

async function refused(source: string, name = 'wf') {
  const error = await inspector.inspect(source, name).catch((e: unknown) => e);
  if (!isHeroError(error, 'INVALID_SOURCE')) throw new Error(`not refused as INVALID_SOURCE: ${String(error)}`);
  return { at: `${error.metadata.line}:${error.metadata.column}`, message: error.message };
}

describe('finding flows', () => {
  it.each([
    ['from hero_tracing import flow', '@flow'],
    ['from hero_tracing import flow', '@flow()'],
    ['from hero_tracing import flow as task', '@task(title="x")'],
    ['import hero_tracing', '@hero_tracing.flow'],
    ['import hero_tracing as h', '@h.flow(retries=2)'],
    ['from hero_tracing import *', '@flow'],
    ['import hero_tracing as h\nstep = h.flow', '@step'],
    ['try:\n    from hero_tracing import flow\nexcept ImportError:\n    raise', '@flow\n@staticmethod'],
  ])('%s %s', async (imports, decorator) => {
    expect(await entryOf(`${imports}\n${decorator}\ndef one(): ...\n`)).toBe('one');
    expect(await entryOf(`${imports}\n${decorator}\nasync def one(): ...\n`)).toBe('one');
  });

  it('chooses the one named like the workflow, else main, else the only one', async () => {
    const three = `${HEAD}NAME = "named"\n@flow\ndef a(): ...\n@flow(name=NAME)\ndef b(): ...\n@flow\ndef main(): ...\n`;
    expect(await entryOf(three, 'named')).toBe('named');
    expect(await entryOf(three, 'a')).toBe('a');
    expect(await entryOf(three, 'b')).toBe('main');
    expect(await entryOf(`${HEAD}def plain(): ...\nonly = flow(name="x")(plain)\n`)).toBe('x');
    expect(await entryOf(`${HEAD}if True:\n    @flow\n    def inside(): ...\n`)).toBe('inside');
  });

  it('refuses several, none, and flows that no top-level name holds', async () => {
    const two = await refused(`${HEAD}@flow\ndef a(): ...\n@flow\ndef b(): ...\n`);
    expect(two.message).toContain("none is named 'wf' or 'main'; the candidates are 'a', 'b'");
    expect((await refused('@flow\ndef a(): ...\n')).message).toContain('from hero_tracing import flow');
    expect((await refused('def flow(f): return f\n@flow\ndef a(): ...\n')).at).toBe('1:1');
    expect((await refused(`${HEAD}def outer():\n    @flow\n    def a(): ...\n`)).message).toContain('declares none');
    expect((await refused(`${HEAD}@flow\ndef a(): ...\ndef a(): ...\n`)).message).toContain('declares none');
  });

  it('lists all steps with their lines', async () => {
    const source = `${HEAD}@flow(title="T")\ndef main():\n    """Doc."""\n    with flow.step("load"): ...\n    flow.once("x", print)\n`;
    const { outline, line, column } = await inspector.inspect(source, 'wf');
    expect(outline.description).toBe('Doc.');
    expect([line, column]).toEqual([3, 1]);
    expect(outline.flows.map((f) => [f.name, f.title, f.line])).toEqual([
      ['main', 'T', 3],
      ['load', '', 5],
      ['x', '', 6],
    ]);
  });
});

describe('reading the declaration', () => {
  it('takes types from hints', async () => {
    const before = `import typing as t, dataclasses, enum, datetime
from collections.abc import Sequence, Mapping
from typing import Optional, Literal, Annotated
@dataclasses.dataclass
class D: x: int
class E(enum.Enum):
    A = "a"
    B = "b"
Mode = Literal["x", "y"]`;
    const scalars = await inputsOf(
      'a: str, b: int, c: float, d: bool, e: list, f: dict, g, h: t.Any, i: object',
      before,
    );
    expect(Object.values(scalars).map(([type]) => type)).toEqual([
      'string',
      'integer',
      'number',
      'boolean',
      'array',
      'object',
      undefined,
      undefined,
      undefined,
    ]);
    expect(
      await inputsOf(
        `a: Optional[int], b: 'str | None', c: t.Union[None, bool], d: Annotated[float, "x"], e: D, f: Mapping[str, int],
         g: Sequence[str], h: tuple[int, str], i: set[int], j: t.List[t.Dict[str, str]], k: int | str, l: int | float`,
        before,
      ),
    ).toEqual({
      a: ['integer', true, '{"type":["integer","null"]}'],
      b: ['string', true, '{"type":["string","null"]}'],
      c: ['boolean', true, '{"type":["boolean","null"]}'],
      d: ['number', true],
      e: ['object', true],
      f: ['object', true],
      g: ['array', true, '{"type":"array","items":{"type":"string"}}'],
      h: ['array', true],
      i: ['array', true, '{"type":"array","items":{"type":"integer"}}'],
      j: ['array', true],
      k: [undefined, true],
      l: ['number', true],
    });
    expect(
      await inputsOf('a: Literal[1, 2], b: Mode, c: E, d: t.Literal["a", None], e: datetime.date', before),
    ).toEqual({
      a: ['integer', true, '{"enum":[1,2]}'],
      b: ['string', true, '{"enum":["x","y"]}'],
      c: ['string', true, '{"enum":["a","b"]}'],
      d: ['string', true, '{"enum":["a",null]}'],
      e: ['string', true, '{"type":"string","format":"date"}'],
    });
  });

  it('takes defaults that are literals, exactly, and leaves others to the function', async () => {
    expect(
      await inputsOf(
        `a="x", b: int = -9007199254740993, c: float = 1, d: list = [1, {"k": None}], e=(1, 2.5), f: dict = {}, g=LIMIT,
         h: str = None, i: int = len("x"), j: int = 1.5, k={1: 2}, l: float = 1e999, *args, m: bool, n: bool = True, **kw`,
        'LIMIT = 10\n',
      ),
    ).toEqual({
      a: ['string', false, '"x"'],
      b: ['integer', false, '-9007199254740993'],
      c: ['number', false, '1'],
      d: ['array', false, '[1,{"k":null}]'],
      e: ['array', false, '[1,2.5]'],
      f: ['object', false, '{}'],
      g: ['integer', false, '10'],
      h: ['string', false],
      i: ['integer', false],
      j: ['integer', false],
      k: [undefined, false],
      l: ['number', false],
      m: ['boolean', true],
      n: ['boolean', false, 'true'],
    });
  });

  it('lets the decorator and the docstring speak', async () => {
    const source = `${HEAD}
FIELDS = {"count": {"type": "integer", "default": 3, "schema": {"minimum": 1}}}
@flow(inputs=FIELDS, outputs={"text": {"type": "string", "description": "Markdown"}})
def main(count, who: str, tail="x") -> dict:
    """Greets.

    Long story.

    Args:
        who (str): Whom to greet,
            by name.
        count: lost, as count is: not required
    """
`;
    const read = await inspector.inspect(source, 'wf');
    expect(read.outline.description).toBe('Greets.');
    expect(read.inputs.map((f) => [f.name, f.type, f.required, f.default, f.schema, f.description])).toEqual([
      ['count', 'integer', false, '3', '{"minimum":1}', 'lost, as count is: not required'],
      ['who', 'string', true, '', '', 'Whom to greet, by name.'],
      ['tail', 'string', false, '"x"', '', ''],
    ]);
    expect(read.outputs.map((f) => [f.name, f.type, f.description])).toEqual([['text', 'string', 'Markdown']]);
  });

  it('reads outputs from the return hint', async () => {
    const outputs = async (hint: string, before = '') => {
      const read = await inspector.inspect(`${HEAD}${before}\n@flow\ndef f()${hint}: ...\n`, 'f');
      return read.outputs.map((f) => `${f.name}:${f.type}`).join();
    };
    expect(await outputs('')).toBe('');
    expect(await outputs(' -> None')).toBe('');
    expect(await outputs(' -> int')).toBe('result:integer');
    const typed = 'from typing import TypedDict\nclass R(TypedDict):\n    a: int\n    b: list[str]\n';
    expect(await outputs(' -> R', typed)).toBe('a:integer,b:array');
  });

  it('refuses declarations that cannot hold, at their place', async () => {
    const wrong = async (inputs: string) => refused(`${HEAD}@flow(inputs=${inputs})\ndef f(x=1): ...\n`);
    expect(await wrong('{"x": {"type": "strin"}}')).toMatchObject({ at: '2:29' });
    expect((await wrong('{"x": {"type": "string", "default": 5}}')).message).toContain('not of type string');
    expect((await wrong('["x"]')).message).toContain('inputs=');
    expect((await wrong('{"x": "string"}')).message).toContain("inputs['x']");
    expect((await wrong('{"a\\nb": {}}')).message).toContain('control characters');
    const many = Array.from({ length: 201 }, (_, i) => `a${i}`).join();
    expect((await refused(`${HEAD}@flow\ndef f(${many}): ...\n`)).message).toContain('201 inputs');
  });
});

describe('the packages of a source', () => {
  const block = (...lines: string[]) => `# /// script\n${lines.map((l) => `# ${l}\n`).join('')}# ///\n`;
  const asking = (text: string) => `${HEAD}${text}@flow\ndef main(): ...\n`;

  it('are read from its PEP 723 block', async () => {
    const given = ['numpy', 'httpx[http2,socks] >= 0.27, <1', "tomli==2.0.1 ; python_version < '3.11'", 'a.b-c~=1.0'];
    const source = asking(block('requires-python = ">= 3.10, <4"', `dependencies = ${JSON.stringify(given)}`));
    const { packages } = await inspector.inspect(source, 'wf');
    expect(packages).toEqual({ dependencies: given, requiresPython: '>=3.10,<4' });
    const windows = source.replaceAll('\n', '\r\n');
    expect((await inspector.inspect(windows, 'wf')).packages.dependencies).toEqual(given);
    expect((await inspector.inspect(asking(''), 'wf')).packages).toEqual({ dependencies: [], requiresPython: '' });
  });

  it.each([
    ['numpy @ https://example.com/numpy.whl', 'is an address'],
    ['git+https://example.com/a.git', 'is an address'],
    ['./local', 'is not of the form'],
    ['-r other.txt', 'is not of the form'],
    ['--index-url=x numpy', 'is not of the form'],
    ['numpy\\n--index-url x', 'is not of the form'],
    ["numpy; python_version > '3'\\n-e .", 'is not of the form'],
    ['', 'is not of the form'],
  ])('that no index has are refused at their line: %s', async (one, said) => {
    const { at, message } = await refused(asking(block(`dependencies = ["${one}"]`)));
    expect(at).toBe('2:1');
    expect(message).toContain(said);
  });

  it.each([
    ['dependencies = [1]', 'list of texts'],
    ['dependencies = [', 'no TOML'],
    ['requires-python = "three"', 'requires-python'],
    [`dependencies = [${'"a", '.repeat(101)}]`, 'at most 100'],
    ['///\n# /// script', 'one block'],
  ])('cannot be read: %s', async (line, said) => {
    expect((await refused(asking(block(line)))).message).toContain(said);
  });

  it('have an end', async () => {
    expect((await refused(asking('# /// script\n# dependencies = []\n'))).message).toContain('has no end');
  });
});

describe('hostile sources', () => {
  it('keeps names and messages short', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `@flow\ndef f${i}(): ...\n`).join('');
    expect((await refused(HEAD + many)).message).toMatch(/'f19' and 4980 more$/);
    const long = `${HEAD}@flow(name="${'x'.repeat(100_000)}")\ndef f(): ...\n`;
    expect((await refused(long)).message.length).toBeLessThan(500);
  });

  it('names line and column, in characters', async () => {
    expect(await refused(`${HEAD}x = "ü" +\n`)).toMatchObject({ at: '2:10' });
    expect((await refused(`${HEAD}return 1\n`)).message).toContain("'return' outside function");
    expect(await refused(`${HEAD}x = 1\0\n`)).toMatchObject({ at: '2:6' });
    expect((await refused(`${HEAD}  x = 1\n`)).message).toContain('indent');
    expect((await refused('')).at).toBe('1:1');
  });

  it('never runs it', async () => {
    const dir = createTempDir();
    const touched = `${dir.path}/touched`;
    const source = `${HEAD}open(${JSON.stringify(touched)}, "w")\n@flow(name=open(${JSON.stringify(touched)}, "w"))\ndef f(): ...\n`;
    expect(await entryOf(source)).toBe('f');
    expect(existsSync(touched)).toBe(false);
    dir.remove();
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['closed brackets', `x = ${'['.repeat(150)}${']'.repeat(150)}${'.a'.repeat(100_000)}`],
    ['unary', `x = ${'-'.repeat(300_000)}1`],
    ['not', `x = ${'not '.repeat(200_000)}1`],
    ['binary', `x = 1${' + 1'.repeat(200_000)}`],
    ['calls', `x = f${'()'.repeat(400_000)}`],
    ['lambdas', `x = ${'lambda: '.repeat(100_000)}1`],
    ['hint unions', `${HEAD}@flow\ndef f(x: ${'a | '.repeat(100_000)}b): ...`],
    ['nested hint', `${HEAD}@flow\ndef f(x: ${'Optional['.repeat(90)}int${']'.repeat(90)}, y: "'\\"int\\"'"): ...`],
    ['digits', `x = ${'9'.repeat(900_000)}`],
    ['aliases in a circle', `${HEAD}A = B\nB = A\n@flow(name=A, inputs=B)\ndef f(x: A = B): ...`],
  ])('survives %s', async (_name, source) => {
    const outcome = await inspector.inspect(source, 'wf').catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ reason: 'INVALID_SOURCE' });
    expect(await entryOf(`${HEAD}@flow\ndef fine(): ...\n`)).toBe('fine');
  });
});

describe('the helper', () => {
  it('is replaced after it was stalled or killed, and says when there is no Python', async () => {
    const dir = createTempDir();
    const script = `${dir.path}/python`;
    const run = (body: string) => {
      writeFileSync(script, `#!/bin/sh\n${body}\n`);
      chmodSync(script, 0o755);
    };
    run('sleep 60');
    const stalled = createPythonInspector({ python: script, log: silentLog, deadlineMs: 100, startMs: 500 });
    await expect(stalled.inspect('', 'wf')).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    run('read line; echo {}; sleep 60');
    await expect(stalled.inspect('', 'wf')).rejects.toMatchObject({ reason: 'INVALID_SOURCE' });
    run('kill -9 $$');
    await expect(stalled.inspect('', 'wf')).rejects.toMatchObject({ reason: 'INVALID_SOURCE' });
    run(`if [ -e ${dir.path}/once ]; then exec /usr/bin/env python3 "$@"; fi; touch ${dir.path}/once; kill -9 $$`);
    const slow = createPythonInspector({ python: script, log: silentLog });
    expect((await slow.inspect(`${HEAD}@flow\ndef f(): ...\n`, 'wf')).outline.entry).toBe('f');
    run('sleep 2.5; exec /usr/bin/env python3 "$@"');
    const slowToStart = createPythonInspector({ python: script, log: silentLog, deadlineMs: 2000 });
    expect((await slowToStart.inspect(`${HEAD}@flow\ndef f(): ...\n`, 'wf')).outline.entry).toBe('f');
    const none = createPythonInspector({ python: `${dir.path}/none`, log: silentLog });
    await expect(none.inspect('', 'wf')).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    for (const each of [stalled, slow, slowToStart, none]) await each.close();
    await expect(slow.inspect('', 'wf')).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    dir.remove();
  });
});
