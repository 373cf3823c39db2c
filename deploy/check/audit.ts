// `npm run audit`: known weaknesses of the packages, asked of the registry that npm uses, and their licences, which the lock has. Ends with 1 when a
// licence does not fit or a weakness is high or critical, with 2 when the registry cannot be asked: then only the licences were checked. With --where-reached (as `npm run verify` calls it)
// only licences decide: what becomes known today says nothing of a change, and is printed all the same.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ROOT } from './chart.ts';
import { licenceProblems } from './licences.ts';

interface Audit {
  readonly error?: { readonly summary?: string; readonly code?: string };
  readonly message?: string;
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly severity: string; readonly range: string; readonly fixAvailable: unknown }>
  >;
}

const GRAVE = ['high', 'critical'];
const WITHIN_MS = 60_000;
const onlyLicencesDecide = process.argv.includes('--where-reached');

const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8'));
const problems = licenceProblems(packages);
for (const problem of problems) console.log(`licence: ${problem}`);
if (problems.length === 0) console.log(`licences: all ${Object.keys(packages).length} packages may be shipped`);
process.exitCode = problems.length > 0 ? 1 : 0;

const audit = askRegistry();
if (audit.vulnerabilities === undefined) {
  console.log(
    `weaknesses: NOT CHECKED, the registry cannot be asked: ${audit.error?.summary || audit.message || audit.error?.code || 'no answer'}`,
  );
  if (!onlyLicencesDecide) process.exitCode ||= 2;
} else {
  const found = Object.entries(audit.vulnerabilities);
  for (const [name, { severity, range, fixAvailable }] of found) {
    console.log(
      `weakness: ${name} ${range}: ${severity}${fixAvailable === false ? ', no version without it yet' : ''}`,
    );
  }
  if (found.length === 0) console.log('weaknesses: none is known');
  if (!onlyLicencesDecide && found.some(([, { severity }]) => GRAVE.includes(severity))) process.exitCode = 1;
}

function askRegistry(): Audit {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', '--fetch-retries=1'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: WITHIN_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) return { message: error.message };
  try {
    return JSON.parse(stdout) as Audit;
  } catch {
    return { message: stdout.slice(0, 200) || 'no answer' };
  }
}
