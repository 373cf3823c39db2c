// Contract: what is read from a source agrees with what the SDK finds when it loads it (python/tests of this service).

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('passes the Python tests', () => {
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const tests = fileURLToPath(new URL('../python/tests', import.meta.url));
  const run = spawnSync(python, ['-B', '-m', 'unittest', 'discover', '-s', tests], { encoding: 'utf8' });
  expect(run.stderr).toMatch(/^OK$/m);
  expect(run.status).toBe(0);
});
