// A server whose plays are writers (writer.ts) instead of Python: what it takes for its Python runs them, and is the real Python for all else.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PerfServer, startServer } from '../server.ts';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));
const PYTHON = process.env.HERO_LOGIC_PYTHON ?? '/usr/bin/python3';

/** No zygote can be made of it, so the executor starts a process for every play, as where there is no sandbox. */
const SCRIPT = `#!/bin/sh
case "$*" in
*sys.executable*) echo "$('${PYTHON}' -c 'import sys; print(*sys.version_info[:3])') $0" ;;
*hero_zygote*) exit 1 ;;
*hero_tracing.run*) exec '${process.execPath}' '${WRITER}' ;;
*) exec '${PYTHON}' "$@" ;;
esac
`;

export function startWriterServer(
  folder: string,
  slots: number,
  env: Record<string, string> = {},
): Promise<PerfServer> {
  const python = join(folder, 'python');
  writeFileSync(python, SCRIPT);
  chmodSync(python, 0o755);
  return startServer([], { HERO_LOGIC_PYTHON: python, HERO_LOGIC_SLOTS: String(slots), ...env });
}
