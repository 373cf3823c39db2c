// `npm test`: set-up, then every suite, each counted from its own report. What failed is repeated before the last line, which sums them up.
// Usage: npm test [-- SUITE...]   with SUITE one of the names below; none = all.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { childEnv, productNode, root, say, setUp } from './set-up.mjs';
import { unwantedSkips } from './skips.mjs';
import { unittestCounts } from './unittest.mjs';

const reports = join(root, 'reports');

const suites = {
  services: () => vitest('services', []),
  'admin-ui': () => vitest('admin-ui', ['--root', 'admin-ui']),
  python: () => pythonSuite(),
  sandbox: () => sandboxSuite(),
};

const asked = process.argv.slice(2);
if (asked.includes('--help') || asked.includes('-h')) {
  console.log(`npm test [-- SUITE...]   with SUITE of: ${Object.keys(suites).join(', ')}; none = all
Sets up what is missing, runs the suites, repeats what failed, and ends with "N passed, N failed, N skipped".
One file: npx vitest run services/scheduler/test/FILE, or with --root admin-ui for a page.
CI=true: what would be skipped counts as failed.`);
  process.exit(0);
}
const unknown = asked.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  say(`no suite named ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}

const { missing } = setUp({ forTests: true });
for (const { what, off } of missing) say(`${what}. Skipped because of it: ${off}.`);
mkdirSync(reports, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed, in words: repeated at the end, where the reader of a long log looks first. */
const failures = [];
for (const name of asked.length > 0 ? asked : Object.keys(suites)) {
  const started = Date.now();
  const counts = suites[name]();
  console.log(`${name}: ${line(counts)} in ${Math.round((Date.now() - started) / 1000)} s`);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
if (process.env.CI && missing.length > 0) {
  console.log(`CI must not skip: ${missing.map((m) => m.off).join('; ')}`);
  total.failed += missing.length;
}
if (failures.length > 0) console.log(`\nFailed:\n\n${failures.join('\n\n')}\n`);
console.log(line(total));
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

function vitest(name, args) {
  const report = join(reports, `${name}.json`);
  const words = join(reports, `${name}.failures.json`);
  rmSync(report, { force: true });
  rmSync(words, { force: true });
  const cli = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const result = spawnSync(
    productNode(),
    [
      cli,
      'run',
      ...args,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      `--reporter=${join(root, 'deploy/local/failures-reporter.mjs')}`,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...childEnv(), FAILURES_FILE: words } },
  );
  if (existsSync(words)) failures.push(...JSON.parse(readFileSync(words, 'utf8')));
  if (!existsSync(report)) {
    failures.push(`${name}: no report; vitest ended with ${result.signal ?? result.status}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const skippedNames = testResults.flatMap((f) =>
    f.assertionResults.filter((t) => t.status === 'pending' || t.status === 'skipped').map((t) => t.fullName),
  );
  for (const skipped of skippedNames) console.log(`skipped: ${skipped}`);
  const unwanted = unwantedSkips(skippedNames, Boolean(process.env.CI));
  failures.push(...unwanted.map((skipped) => `CI must not skip: ${skipped}`));
  // A file that does not load, or an error outside a test, fails the run without a failed test to count.
  const failed = unwanted.length + (numFailedTests === 0 && result.status !== 0 ? 1 : numFailedTests);
  return { passed: numPassedTests, failed, skipped: numPendingTests + (numTodoTests ?? 0) };
}

function pythonSuite() {
  const python = process.env.HERO_LOGIC_PYTHON ?? 'python3';
  const result = spawnSync(python, [join(root, 'python', 'run_tests.py')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  process.stdout.write(result.stdout ?? '');
  failures.push(...(result.stdout ?? '').split('\n').filter((text) => /^(FAILED|ERROR) |: error: /.test(text)));
  const last = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(result.stdout ?? '');
  if (last === null) return { passed: 0, failed: 1, skipped: 0 };
  const [passed, failed, skipped] = last.slice(1).map(Number);
  return { passed, failed: failed === 0 && result.status !== 0 ? 1 : failed, skipped };
}

/** The zygote and its sandbox, by Python's own unittest. */
function sandboxSuite() {
  const folder = join(root, 'services/executor/python');
  const result = spawnSync(process.env.HERO_LOGIC_PYTHON ?? '/usr/bin/python3', ['-m', 'unittest'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: join(folder, 'tests/fixture_sdk'), PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  const text = result.stderr ?? '';
  process.stdout.write(text);
  const counts = unittestCounts(text, result.status);
  failures.push(...counts.failures);
  return counts;
}

function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
