// Keeps a folder of flows and the registry in step while someone edits: every *.py is registered at start and on each save, as a new
// version of the flow named like the file, made current. A file that does not parse is shown with its place and tried again on the
// next save. A file that goes away leaves its flow where it is. The folder may go away and come back.
// Editors' files are left alone: names that begin with ".", "_", "#" or "~" and everything that does not end in ".py".

import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Transport } from '@connectrpc/connect';
import { type Clock, systemClock, toHeroError } from '@hero-logic/platform/client';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { UsageError } from '../core/usage-error.ts';
import { decode } from '../input/read-value.ts';
import { putFlow, type WorkflowClient } from './put-flow.ts';
import { sourceProblemLines, sourceProblems } from './source-problem.ts';

const DEBOUNCE_MS = 150;
/** Also looks without an event: not every file system sends them. */
const LOOK_EVERY_MS = 2000;
const FLOW_FILE = /^(?!test_|conftest\.py$)[^._#~].*(?<!_test)\.py$/;

export interface WatchFolderOptions {
  readonly dir: string;
  /** Leads to the registry. */
  readonly transport: Transport;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** Resolves when the signal aborts. The first look is made before anything else, so flows are there soon after the start. */
export async function watchFlowsFolder(options: WatchFolderOptions): Promise<void> {
  const { dir, signal } = options;
  const clock = options.clock ?? systemClock;
  const folder = createFolderSync({ ...options, client: createClient(WorkflowService, options.transport) });
  let noticed = false;
  let wake: (() => void) | undefined;
  let watcher: FSWatcher | undefined;
  const startWatching = () => {
    try {
      if (watcher !== undefined) return;
      watcher = watch(dir, { persistent: false }, () => {
        noticed = true;
        wake?.();
      });
      watcher.once('error', () => {
        watcher?.close();
        watcher = undefined;
      });
    } catch {
      // The folder is not there (now): the regular look finds it when it is.
      watcher = undefined;
    }
  };
  while (!signal.aborted) {
    if (!folder.present()) {
      watcher?.close();
      watcher = undefined;
    }
    startWatching();
    noticed = false;
    await folder.look();
    const pause = new AbortController();
    wake = () => pause.abort();
    if (!noticed) await clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, pause.signal]));
    wake = undefined;
    if (noticed) await clock.sleep(DEBOUNCE_MS, signal);
  }
  watcher?.close();
}

export interface FolderSyncOptions extends Pick<WatchFolderOptions, 'dir' | 'print' | 'signal'> {
  readonly client: WorkflowClient;
}

export interface FolderSync {
  /** One look at the folder: registers what is new or changed. */
  look(): Promise<void>;
  /** Whether the folder was there at the last look. */
  present(): boolean;
}

interface Known {
  readonly stamp: string;
  readonly hash: string;
}

export function createFolderSync(options: FolderSyncOptions): FolderSync {
  const { dir, client, print, signal } = options;
  const known = new Map<string, Known>();
  const told = new Map<string, string>();
  let isPresent = true;

  async function look(): Promise<void> {
    const files = await listFiles();
    for (const file of known.keys()) {
      if (files.includes(file)) continue;
      known.delete(file);
      print(`${join(dir, file)}: gone; its flow stays in the library`);
    }
    for (const file of files) {
      if (signal.aborted) return;
      await lookAt(file);
    }
  }

  async function listFiles(): Promise<string[]> {
    try {
      const names = await readdir(dir);
      if (!isPresent) print(`${dir}: is back`);
      isPresent = true;
      return names.filter((name) => FLOW_FILE.test(name)).sort();
    } catch (error) {
      if (isPresent) print(`${dir}: cannot be read (${codeOf(error)}); waiting for it`);
      isPresent = false;
      return [...known.keys()];
    }
  }

  async function lookAt(file: string): Promise<void> {
    const path = join(dir, file);
    let source: string;
    try {
      const facts = await stat(path);
      const stamp = `${facts.mtimeMs} ${facts.size} ${facts.ino}`;
      if (!facts.isFile() || known.get(file)?.stamp === stamp) return;
      const bytes = await readFile(path);
      const hash = createHash('sha256').update(bytes).digest('hex');
      const same = known.get(file)?.hash === hash;
      known.set(file, { stamp, hash });
      // An empty file is an editor between truncating and writing.
      if (same || bytes.length === 0) return;
      source = decode(bytes, path);
    } catch (error) {
      if (error instanceof UsageError) print(error.message);
      else if (codeOf(error) !== 'ENOENT') tell(path, codeOf(error));
      return;
    }
    await register(file, path, source);
  }

  async function register(file: string, path: string, source: string): Promise<void> {
    try {
      const name = file.slice(0, -'.py'.length);
      const { version, change } = await putFlow({ client, name, source, setCurrent: true });
      told.delete(path);
      const what = change === 'unchanged' ? `is v${version.number}` : `registered as v${version.number}`;
      print(`${path}: flow "${name}" ${what}`);
    } catch (error) {
      const problems = sourceProblems(error);
      if (problems !== undefined) {
        for (const problem of problems) for (const line of sourceProblemLines(path, source, problem, 120)) print(line);
        return;
      }
      const { reason, message } = toHeroError(error);
      tell(path, `${message} [${reason}]`);
      // Not the file's fault: tried again at the next look.
      if (!reason.startsWith('INVALID') && reason !== 'TOO_LARGE') known.delete(file);
    }
  }

  /** A trouble that is met at every look is told once. */
  function tell(path: string, trouble: string): void {
    if (told.get(path) === trouble) return;
    told.set(path, trouble);
    print(`${path}: ${trouble}`);
  }

  return { look, present: () => isPresent };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
