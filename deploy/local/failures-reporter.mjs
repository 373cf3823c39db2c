// A reporter of vitest: writes what failed, in words, to the file of FAILURES_FILE, so that `npm test` can repeat it in its last lines.
// One entry a failed test, a file that did not load, or an error outside of any test.

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class FailuresReporter {
  /** Called once, at the end of the run. */
  onTestRunEnd(modules, unhandled) {
    const failures = [];
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      for (const error of module.errors()) failures.push(`${file}\n${said(error)}`);
      for (const test of module.children.allTests('failed'))
        failures.push(`${file} > ${test.fullName}\n${(test.result().errors ?? []).map(said).join('\n')}`);
    }
    for (const error of unhandled) failures.push(`outside of a test\n${said(error)}`);
    writeFileSync(process.env.FAILURES_FILE, JSON.stringify(failures));
  }
}

/** Message, where it was thrown, and the difference when there is one. */
function said({ message, stack, diff }) {
  const where = (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at .*\.(ts|mjs|svelte):/.test(line) && !line.includes('node_modules'));
  return [message, ...where.slice(0, 3), ...(diff ? [diff] : [])].join('\n').slice(0, 3000);
}
