// Puts the Python client where flows and tools of a local run find it, whole or not at all.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MethodTable } from '../methods.ts';
import { pythonClientSource } from './client-source.ts';

export function writePythonClient(folder: string, methods: MethodTable, version: string): void {
  const path = join(folder, 'hero_logic_client.py');
  const draft = `${path}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(draft, pythonClientSource(methods, version));
  renameSync(draft, path);
}
