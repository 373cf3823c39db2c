// What a process that runs plays needs of its machine: Node, Python, a sandbox.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterpreters } from '@hero-logic/executor';
import { silentLog } from '@hero-logic/platform';
import { type Finding, messageOf, ok, problem, warning } from './finding.ts';

const SDK = fileURLToPath(new URL('../../../../python', import.meta.url));
const NEEDED_NODE = 24;

export interface MachineConfig {
  readonly python: string;
  readonly interpreters: 'zygote' | 'spawn';
  readonly minTier: string;
}

export function checkNode(version = process.versions.node): Finding {
  const text = `Node ${version}`;
  if (Number.parseInt(version, 10) >= NEEDED_NODE) return ok('node', text);
  return problem('node', `${text} is too old`, `install Node ${NEEDED_NODE} or newer`);
}

/** Starts a pool for one play, as the executor does, in a folder of its own. */
export async function checkSandbox(config: MachineConfig): Promise<Finding[]> {
  const dir = mkdtempSync(join(tmpdir(), 'hl-doctor-'));
  const { python, interpreters: kind, minTier } = config;
  try {
    const pool = await createInterpreters({ kind, python, sdkPath: SDK, dir, slots: 1, minTier, log: silentLog });
    const { tier, missing } = pool;
    await pool.close();
    const works = ok('python', python === '' ? 'the system has one that is new enough' : `${python} works`);
    if (tier === 'D') {
      const fix = 'run on Linux 5.13 or newer as a user who may fork, and leave HERO_LOGIC_INTERPRETERS at zygote';
      return [works, warning('sandbox', 'tier D: plays run with all rights of this user', fix)];
    }
    return [works, ok('sandbox', `tier ${tier}${missing.length === 0 ? '' : `, without ${missing.join('; ')}`}`)];
  } catch (error) {
    const said = messageOf(error);
    if (/sandbox tier/.test(said)) {
      return [problem('sandbox', said, 'lower HERO_LOGIC_MIN_TIER, or give the executor a machine with these layers')];
    }
    return [problem('python', said, 'install Python 3.10 or newer, or name it in HERO_LOGIC_PYTHON')];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
