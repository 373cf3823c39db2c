// How often this disk can be synced in a second: the limit of anything that is durable one thing at a time.

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const ROUNDS = 5;
const SYNCS = 200;

export function syncsPerSecond(folder: string): number[] {
  const fd = openSync(join(folder, 'sync'), 'w');
  const block = Buffer.alloc(4096, 1);
  try {
    return Array.from({ length: ROUNDS }, () => {
      const at = performance.now();
      for (let i = 0; i < SYNCS; i++) {
        writeSync(fd, block);
        fdatasyncSync(fd);
      }
      return SYNCS / ((performance.now() - at) / 1000);
    });
  } finally {
    closeSync(fd);
  }
}
