// Contract: the folder of a play goes, whatever the play has put into it and whoever the executor is.

import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import { expect, it } from 'vitest';

/** Root may empty what nobody may read, so it plays another user. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const SCRIPT = `
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const { createWorkFolders } = await import(process.argv[1]);
const folders = createWorkFolders({ dir: process.argv[2], log: { warn: (_, text) => console.log(text) } });
const folder = folders.create('1');
const closed = join(folder, 'closed', 'more');
mkdirSync(closed, { recursive: true, mode: 0o300 });
writeFileSync(join(closed, 'file'), 'x');
symlinkSync(process.argv[3], join(folder, 'link'));
await folders.remove(folder);
`;

it.skipIf(process.platform !== 'linux')('folders that nobody may read are removed', () => {
  const temp = createTempDir();
  const own = join(temp.path, 'work');
  const beside = join(temp.path, 'beside');
  for (const path of [own, beside]) mkdirSync(path);
  if ('uid' in NOBODY) for (const path of [temp.path, own]) chownSync(path, NOBODY.uid as number, -1);
  const url = new URL('work-folders.ts', import.meta.url).href;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT, url, own, beside], NOBODY);
  expect(`${done.stdout}${done.stderr}`).toBe('');
  expect(existsSync(join(own, 'plays', 'play-1'))).toBe(false);
  expect(existsSync(beside)).toBe(true);
  temp.remove();
});
