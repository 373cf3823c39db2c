// One command in the build box (python/hero_zygote/build.py): it reads the system and its own folders, writes to the folders given, and ends
// with the executor.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Most, watchFolder } from './watch-folder.ts';

const PACKAGE_FOLDER = fileURLToPath(new URL('../../python', import.meta.url));
const MAX_SAID = 64 * 1024;
/** What a command may know of the executor's environment: how the network is reached. */
const PASSED_ON = /^(https?_proxy|no_proxy|all_proxy|ssl_cert_file|ssl_cert_dir)$/i;

export interface BoxedCommand {
  readonly python: string;
  readonly sdkPath: string;
  /** The user that it becomes where the executor is root. */
  readonly uid: number;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folders that it may write to; the first is its home. */
  readonly write: readonly string[];
  /** What the command may do (build.py): `foreign` runs code of strangers, and has no network. */
  readonly kind?: 'fetch' | 'resolve' | 'foreign' | undefined;
  /** Bytes and files in the first of `write` above which it is ended; absent = nobody looks. */
  readonly most?: Most | undefined;
  readonly read: readonly string[];
  readonly timeoutMs: number;
}

export interface Boxed {
  readonly ok: boolean;
  /** The end of its stderr. */
  readonly said: string;
}

export function runBoxed(given: BoxedCommand): Promise<Boxed> {
  const folders = [...given.write.flatMap((f) => ['--write', f]), ...given.read.flatMap((f) => ['--read', f])];
  const what = ['--kind', given.kind ?? 'fetch', '--uid', String(given.uid)];
  const args = ['-s', '-B', '-m', 'hero_zygote.build', ...folders, ...what, '--', ...given.command];
  const home = given.write[0] ?? '/';
  const child = spawn(given.python, args, {
    cwd: PACKAGE_FOLDER,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...(given.kind === 'foreign' ? {} : passedOn()),
      ...{ PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', NO_COLOR: '1' },
      ...{ PYTHONPATH: `${PACKAGE_FOLDER}:${given.sdkPath}`, PYTHONDONTWRITEBYTECODE: '1' },
      ...{ HOME: home, TMPDIR: home },
      ...given.env,
    },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MAX_SAID);
  });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // already gone
    }
  };
  const over = new AbortController();
  if (given.most !== undefined)
    void watchFolder(home, given.most, over.signal).then((found) => {
      if (found === undefined) return;
      said += `\n${found}`;
      end();
    });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      said += `\nit took longer than ${given.timeoutMs / 1000} s`;
      end();
    }, given.timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      over.abort();
      resolve({ ok: false, said: error.message });
    });
    child.once('exit', end); // what it has started and left behind may hold its output
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      over.abort();
      resolve({ ok: code === 0, said: signal === null ? said : `${said}\nended by signal: ${signal}` });
    });
  });
}

function passedOn(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)));
}
