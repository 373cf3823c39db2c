/**
 * `npm run sandbox:arm64`: the whole suite of the sandbox on an aarch64 kernel, in an emulated machine, as root and as an ordinary user.
 * On a computer that is aarch64 itself, `npm test -- sandbox` does the same without a machine.
 */

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolArguments, toolNumber } from '@hero-logic/platform/testing';
import { say } from '../tools.mjs';
import { ensureMachine, knowsProcessor, lacking, packDisk, startMachine, thisRelease } from './machine.ts';
import { total } from './report.ts';

const HELP = `Usage: npm run sandbox:arm64 -- [--release NAME] [--processor NAME] [--only TEST,...] [--minutes N]

Makes a small aarch64 system of Debian's packages (once, in .cache/arm64), starts it under qemu, and runs the tests of the sandbox in it:
as root and as an ordinary user. It has no network. Emulation is slow: take 10 to 40 minutes. Ends with 1 when a test fails or does not
run, and with 2 when something that it needs is missing.

  --release NAME    of Debian, whose kernel, C library and Python are used (that of this computer; bookworm where it is not Debian)
  --processor NAME  that is emulated (neoverse-n1; \`qemu-system-aarch64 -machine virt -cpu help\` names them)
  --only TEST,...   of these modules in services/executor/python/tests, like test_attacks,test_needs (all)
  --minutes N       after which it is switched off, and has failed (120)`;

const SUITE = ['services/executor/python', 'python/hero_tracing'];

const { values } = toolArguments(HELP, {
  release: { type: 'string', default: thisRelease() },
  processor: { type: 'string', default: 'neoverse-n1' },
  only: { type: 'string', default: '' },
  minutes: { type: 'string', default: '120' },
});
const minutes = toolNumber('minutes', values.minutes, { least: 1 });
const tests = named(values.only);

const missing = lacking();
if (missing.length > 0) leave(missing.join('\n'));
if (!knowsProcessor(values.processor)) leave(`qemu-system-aarch64 knows no processor "${values.processor}"`);
const machine = orLeave(() => ensureMachine(values.release));

const folder = mkdtempSync(join(tmpdir(), 'hl-arm64-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
mkdirSync(join(folder, 'top'));
writeFileSync(join(folder, 'top/what'), `TESTS='${tests}'\n`);
copyFileSync(fileURLToPath(new URL('tier.py', import.meta.url)), join(folder, 'top/tier.py'));
const disk = join(folder, 'suite.tar');
packDisk(disk, SUITE, join(folder, 'top'));

say(`starting ${values.release} on ${values.processor}`);
const lines: string[] = [];
const onLine = (line: string) => {
  lines.push(line);
  console.log(line);
};
const wrong = await startMachine({ machine, processor: values.processor, disk, most: minutes * 60_000, onLine });

const { passed, failed, skipped, failures } = total(lines.join('\n'));
if (failures.length > 0) console.log(`\nFailed:\n\n${failures.join('\n\n')}\n`);
if (wrong !== '') console.log(wrong);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || wrong !== '' ? 1 : 0);

function named(only: string): string {
  const names = only.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !/^test_\w+$/.test(name));
  if (unknown !== undefined) leave(`--only takes modules like test_attacks, not "${unknown}"; see --help`);
  return names.map((name) => `tests.${name}`).join(' ');
}

function orLeave<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return leave(`the machine could not be made: ${(error as Error).message.trim()}`);
  }
}

function leave(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}
