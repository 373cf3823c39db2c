// Looks at everything that a deployment needs, as it is configured here. A check that fails does not keep the others from being made.

import { ConfigError, type Env, pathsFromEnv } from '@hero-logic/platform';
import { devConfig } from '../dev/dev-config.ts';
import { serveConfig } from '../serve/serve-config.ts';
import { checkDataFolder } from './check-data.ts';
import { checkLocal } from './check-local.ts';
import { checkNode, checkSandbox, type MachineConfig } from './check-machine.ts';
import { checkServers } from './check-servers.ts';
import { checkServices } from './check-services.ts';
import { type Finding, ok, problem } from './finding.ts';

export interface DoctorOptions {
  readonly env: Env;
  readonly version: string;
  /** Look at services in processes of their own, and not at a local run. */
  readonly mesh: boolean;
}

export async function runDoctor({ env, version, mesh }: DoctorOptions): Promise<Finding[]> {
  const checks = planOf({ env, version, mesh });
  if ('level' in checks) return [checkNode(), checks];
  const common = [checkSandbox(checks.machine), checkServers(env)];
  const found = await Promise.all([...common, checks.services()]);
  const configuration = ok('configuration', 'every variable can be read');
  return [checkNode(), configuration, ...checkDataFolder(pathsFromEnv(env)), ...found.flat()];
}

interface Plan {
  readonly machine: MachineConfig;
  readonly services: () => Promise<Finding[]>;
}

function planOf({ env, version, mesh }: DoctorOptions): Plan | Finding {
  try {
    if (mesh) {
      const machine = serveConfig('executor', {}, env, () => 'doctor');
      return { machine, services: () => checkServices({ urls: machine.urls, version }) };
    }
    const machine = devConfig({}, env);
    return { machine, services: () => checkLocal({ ...machine, version }) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return problem('configuration', error.message, 'set the variable as it says, or leave it out');
  }
}
