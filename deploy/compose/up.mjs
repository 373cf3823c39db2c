// `npm run up`: makes those secrets of docker-compose.yml that .env lacks, and starts everything in the background. More words go to compose:
// npm run up -- --profile metrics

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = join(root, '.env');

const names = ['HERO_LOGIC_SERVICE_TOKEN', 'HERO_LOGIC_ADMIN_KEY', 'HERO_LOGIC_SECRETS_KEY'];
const present = existsSync(file) ? readFileSync(file, 'utf8') : '';
const missing = names.filter((name) => !present.split('\n').some((line) => line.startsWith(`${name}=`)));
if (missing.length > 0) {
  const text = missing.map((name) => `${name}=${randomBytes(32).toString('base64url')}\n`).join('');
  writeFileSync(file, present === '' || present.endsWith('\n') ? present + text : `${present}\n${text}`, {
    mode: 0o600,
  });
  process.stderr.write(
    `up: put fresh secrets into .env: ${missing.join(', ')}; sign in with its HERO_LOGIC_ADMIN_KEY\n`,
  );
}
const { status, error } = spawnSync('docker', ['compose', ...process.argv.slice(2), 'up', '--build', '--wait'], {
  cwd: root,
  stdio: 'inherit',
});
if (error !== undefined) process.stderr.write(`up: docker could not be started: ${error.message}\n`);
process.exit(status ?? 1);
