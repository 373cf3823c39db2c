// Contract: the reference names every command and every option; --start, --stop and --info are commands wherever they stand.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createTestIo } from '../testing/test-io.ts';
import { commandsOf, createProgram, normalArgv } from './program.ts';

const program = createProgram({
  io: createTestIo(),
  env: {},
  json: () => false,
  connect: () => Promise.reject(new Error('not in this test')),
  end: () => undefined,
});

test('docs/cli.md names every command and option', () => {
  const docs = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');
  const visible = commandsOf(program).filter((c) => !['complete-flows', 'help'].includes(c.name()));
  for (const command of visible) {
    expect(docs).toContain(command.name());
    for (const option of command.options) expect(docs, `${command.name()} ${option.flags}`).toContain(option.long);
  }
});

test.each([
  [
    ['--start', '--port', '9900'],
    ['start', '--port', '9900'],
  ],
  [
    ['--port', '9900', '--start'],
    ['start', '--port', '9900'],
  ],
  [
    ['-o', 'json', '--info'],
    ['info', '-o', 'json'],
  ],
  [['--stop'], ['stop']],
  [
    ['play', 'cancel', 'x', '--reason', '--stop'],
    ['play', 'cancel', 'x', '--reason', '--stop'],
  ],
  [
    ['help', 'play', 'start'],
    ['play', 'start', '--help'],
  ],
  [
    ['help', 'play'],
    ['help', 'play'],
  ],
])('%j is %j', (argv, expected) => {
  expect(normalArgv(argv, program)).toEqual(expected);
});
