// `npm run up`: makes the secrets of docker-compose.yml in .env, once, and starts everything in the background. More words go to compose:
// npm run up -- --profile metrics

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = join(root, '.env');

if (!existsSync(file)) {
  const names = ['HERO_LOGIC_SERVICE_TOKEN', 'HERO_LOGIC_ADMIN_KEY'];
  const text = names.map((name) => `${name}=${randomBytes(32).toString('base64url')}\n`).join('');
  writeFileSync(file, text, { mode: 0o600 });
  process.stderr.write('up: made .env with fresh secrets; sign in with its HERO_LOGIC_ADMIN_KEY\n');
}
const { status, error } = spawnSync('docker', ['compose', ...process.argv.slice(2), 'up', '--build', '--wait'], {
  cwd: root,
  stdio: 'inherit',
});
if (error !== undefined) process.stderr.write(`up: docker could not be started: ${error.message}\n`);
process.exit(status ?? 1);
