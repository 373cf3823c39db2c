// A copy of what git knows of this tree, as it lies here now: edits under way must not change what a restart loads. The packages are
// those of this tree, except our own.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const OURS = '@hero-logic';

export function copyTree(from: string, to: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: from });
  for (const file of listed.toString().split('\0').filter(Boolean)) {
    if (!existsSync(join(from, file))) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(from, file), join(to, file));
  }
  const packages = join(from, 'node_modules');
  mkdirSync(join(to, 'node_modules', OURS), { recursive: true });
  for (const name of readdirSync(packages)) {
    if (name !== OURS) symlinkSync(join(packages, name), join(to, 'node_modules', name));
  }
  for (const name of readdirSync(join(packages, OURS))) {
    symlinkSync(readlinkSync(join(packages, OURS, name)), join(to, 'node_modules', OURS, name));
  }
}
