// Contract: example add, list, show and remove keep the texts as they are written; flow add writes limits with the version, under their names, and refuses a
// source that is there with others.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestLibrary, type TestLibrary } from '../testing/test-library.ts';
import { exampleAdd } from './example-add.ts';
import { exampleList, exampleRemove, exampleShow } from './example-show.ts';
import { flowAdd } from './flow-add.ts';

let library: TestLibrary;
let dir: ReturnType<typeof createTempDir>;
let file: string;
beforeEach(() => {
  library = createTestLibrary();
  dir = createTempDir();
  file = join(dir.path, 'bill.py');
  write('');
});
afterEach(async () => {
  await library.close();
  dir.remove();
});

function write(comment: string): void {
  const source = '@flow\ndef bill(customer: str, amount: int = 1):\n    return amount\n';
  writeFileSync(file, `from hero_tracing import flow\n\n${comment}${source}`);
}

const add = (limit: string[] = []) => flowAdd(library.context, { file, limit, setCurrent: true });
const bill = () => library.clients.workflows.getWorkflow({ workflow: { case: 'name', value: 'bill' } });

/** What was printed since the last look. */
function printed(): string {
  const { out, err } = library.io.written;
  library.io.written.out = '';
  library.io.written.err = '';
  return out + err;
}

it('keeps examples', async () => {
  await add();
  printed();
  const { context } = library;
  await exampleList(context, { flow: 'bill' });
  expect(printed()).toContain('no examples yet');
  const given = { flow: 'bill', name: 'small', input: ['customer=007', 'amount=12345678901234567890'], tag: ['smoke'] };
  await exampleAdd(context, { ...given, prefill: '{"ok": true}', expect: '{"total": 1.0}', flowVersion: '1' });
  expect(printed()).toMatch(/^small: 2 inputs, answers to 1 question, an expected output {2}[0-9a-z]{26}\n$/);
  await exampleAdd(context, { flow: 'bill', name: 'any', json: '{"customer": "x"}' });
  expect(printed()).toContain('any: 1 input, answers to 0 questions, no expected output');
  await exampleList(context, { flow: 'bill' });
  expect(printed()).toMatch(
    /any\tevery version\tno\t.*\nsmall\tv1\tyes\t.*\tsmoke\t\{"amount":12345678901234567890,"customer":"007"\}/,
  );
  await exampleShow(context, { flow: 'bill', example: 'small' });
  const shown = printed();
  for (const line of ['for: v1', '  customer = "007"', '  ok = true', '  {"total": 1.0}'])
    expect(shown).toContain(line);
  await exampleRemove(context, { flow: 'bill', example: 'small' });
  expect(printed()).toContain('removed small');
  await expect(exampleShow(context, { flow: 'bill', example: 'small' })).rejects.toThrow('it has "any"');
  await expect(exampleAdd(context, { flow: 'bill', name: 'odd', prefill: '[1]' })).rejects.toThrow(
    '--prefill: must be a JSON object',
  );
  await expect(exampleAdd(context, { flow: 'bill', name: 'odd', expect: '{' })).rejects.toThrow('--expect: ');
});

it('writes limits', async () => {
  await add(['network=any', 'wall_ms=30000', 'memory_mb=64']);
  expect((await bill()).versions[0]?.limits).toMatchObject({ network: 'any', wallMs: 30_000n, memoryMb: 64, cpuS: 0 });
  expect(await add(['memory_mb=64', 'network=any', 'wall_ms=30000']), 'the same').toBe(0);
  await expect(add(['memory_mb=65'])).rejects.toThrow(/as version 1 with other limits, .* change the source too/);
  write('# more\n');
  await add(['memory_mb=65']);
  expect((await bill()).versions.map((v) => v.limits?.memoryMb)).toEqual([65, 64]);
  await expect(add(['memory_mb=1'])).rejects.toThrow();
  await expect(add(['memory=1'])).rejects.toThrow(/write it as NAME=VALUE, with a name of wall_ms, cpu_s, memory_mb/);
  await expect(add(['memory_mb=lots'])).rejects.toThrow('--limit memory_mb: must be a whole number, not "lots"');
  await expect(add(['cpu_s=1', 'cpu_s=2'])).rejects.toThrow('--limit cpu_s: given twice');
});
