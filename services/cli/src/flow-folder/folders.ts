// The folders of flows on disk.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowBundle } from '@hero-logic/proto/herologic/registry/v1/flow_bundle_pb';
import { UsageError } from '../core/usage-error.ts';
import { EXAMPLE_FORMAT, FLOW_FILE, fileName, filesOf } from './bundle-files.ts';
import { parseFile } from './flow-file.ts';
import { type FolderFiles, type ReadBundle, readBundle } from './read-bundle.ts';

/** Folders with a flow.json: the folder itself, else those in it, sorted. */
export function flowFolders(root: string): string[] {
  if (!existsSync(root)) throw new UsageError(`there is no folder "${root}"`);
  if (!statSync(root).isDirectory()) throw new UsageError(`"${root}" is not a folder`);
  if (existsSync(join(root, FLOW_FILE))) return [root];
  const names = readdirSync(root).filter((name) => existsSync(join(root, name, FLOW_FILE)));
  return names.sort().map((name) => join(root, name));
}

export function readFolder(folder: string): ReadBundle {
  return readBundle(filesIn(folder));
}

/** Name of the flow of a folder, without reading the rest. */
function nameIn(folder: string): string {
  const file = join(folder, FLOW_FILE);
  try {
    return String(JSON.parse(parseFile(readText(file)).get('name') ?? '""'));
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`) : error;
  }
}

/** Where each flow goes: the folder that holds it already, else a new one named after it. */
export function placesFor(root: string, names: readonly string[]): Map<string, string> {
  mkdirSync(root, { recursive: true });
  if (existsSync(join(root, FLOW_FILE)))
    throw new UsageError(`"${root}" is the folder of one flow; name the one that it lies in`);
  const there = new Map(flowFolders(root).map((folder) => [nameIn(folder), folder]));
  const taken = new Set(readdirSync(root).map((name) => name.toLowerCase()));
  return new Map(names.map((name) => [name, there.get(name) ?? join(root, fileName(name, taken))]));
}

/** Writes what differs and removes sources and examples that the flow has no more. True: something was written. */
export function writeFolder(folder: string, flow: FlowBundle): boolean {
  const files = filesOf(flow);
  let written = false;
  for (const [path, text] of files) {
    const file = join(folder, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    written = true;
  }
  for (const path of ownFiles(folder)) {
    if (files.has(path)) continue;
    rmSync(join(folder, path));
    written = true;
  }
  return written;
}

/** Files that an export may have written. */
function ownFiles(folder: string): string[] {
  const sources = readdirSync(folder).filter((name) => /^v\d+\.py$/.test(name));
  const examples = exampleFiles(folder).filter((path) =>
    readFileSync(join(folder, path), 'utf8').includes(EXAMPLE_FORMAT),
  );
  return [...sources, ...examples];
}

function exampleFiles(folder: string): string[] {
  const examples = join(folder, 'examples');
  if (!existsSync(examples)) return [];
  const names = readdirSync(examples).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => `examples/${name}`);
}

function filesIn(folder: string): FolderFiles {
  return {
    pathOf: (file) => join(folder, file),
    read: (file) => readText(join(folder, file)),
    examples: () => exampleFiles(folder),
  };
}

/** With its byte order mark, if it has one: it belongs to a source. */
function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UsageError(code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError('is not UTF-8 text');
  }
}
