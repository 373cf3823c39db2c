// `npm run perf`: set-up, then the benchmarks on Node 24. Options are those of perf/main.ts (`npm run perf -- --help`).

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { childEnv, productNode, root, say, setUp } from '../deploy/local/set-up.mjs';

for (const { what, off } of setUp().missing) say(`${what}. Switched off: ${off}.`);
const result = spawnSync(productNode(), [join(root, 'perf/main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: childEnv(),
});
process.exit(result.status ?? 1);
