import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder; `remove` deletes it. Short, because Unix socket paths are. */
export function createTempDir(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'hl-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
