// `npm start`: set-up, then `hero-logic dev` with whatever was given after `--`.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { productNode, root, say, setUp } from './set-up.mjs';

for (const { what, off } of setUp().missing) say(`${what}. Switched off: ${off}.`);

const child = spawn(productNode(), [join(root, 'services/cli/bin/hero-logic.mjs'), 'dev', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  // Ctrl-C reaches the whole group by itself; a signal sent to this process alone has to be passed on.
  process.on(signal, () => {
    if (signal !== 'SIGINT') child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 1)));
