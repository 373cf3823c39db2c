// Generates everything anew into the tree and fails when that changes a committed file.

import { execFileSync, spawnSync } from 'node:child_process';

const generated = ['proto/gen'];
const before = status();
const result = spawnSync('npm', ['run', '--silent', 'generate'], { stdio: ['ignore', 'ignore', 'inherit'] });
if (result.status !== 0) process.exit(result.status ?? 1);
const after = status();
if (after !== before) {
  console.error(`generated code was not fresh (npm run generate has just mended it; commit it):\n${after}`);
  process.exit(1);
}

function status() {
  return (
    execFileSync('git', ['status', '--porcelain', '--', ...generated], { encoding: 'utf8' }) +
    execFileSync('git', ['diff', '--', ...generated], { encoding: 'utf8', maxBuffer: 1 << 28 })
  );
}
