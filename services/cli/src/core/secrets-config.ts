// HERO_LOGIC_SECRETS: {"stripe": {"file": "/run/secrets/stripe", "workflows": ["bill_*"]}, "crm": {"env": "CRM_TOKEN", "workflows": ["crm"]}},
// or a file that holds it.

import { readFileSync } from 'node:fs';
import type { SecretSpec, Secrets } from '@hero-logic/executor';
import { ConfigError, DEFAULT_NAMESPACE, type Env, envText, isNamespace } from '@hero-logic/platform';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const KEYS = ['env', 'file', 'workflows', 'namespace'];

export function secretsConfig(env: Env): Secrets {
  const text = envText(env, 'HERO_LOGIC_SECRETS', '');
  if (text === '') return new Map();
  const named = objectIn(text);
  return new Map(Object.entries(named).map(([name, entry]) => [name, specOf(name, entry, env)]));
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw refusal(`cannot be read: ${(error as Error).message}`);
  }
  throw refusal('must be a JSON object of secrets by name, or a file that holds one');
}

function specOf(name: string, entry: unknown, env: Env): SecretSpec {
  if (!NAME.test(name)) throw refusal(`has the name "${name}": letters, digits and _ . - are what a name may have`);
  const {
    env: variable,
    file,
    workflows,
    namespace = DEFAULT_NAMESPACE,
    ...rest
  } = (entry ?? {}) as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw refusal(`has "${unknown}" in "${name}"; there are ${KEYS.join(', ')}`);
  if (
    !Array.isArray(workflows) ||
    workflows.length === 0 ||
    !workflows.every((w) => typeof w === 'string' && w !== '')
  ) {
    throw refusal(`needs "workflows" in "${name}": the names that may ask, such as ["bill_*"]`);
  }
  if ((typeof variable === 'string') === (typeof file === 'string')) {
    throw refusal(`needs "file" or "env" in "${name}", and not both: where the value is`);
  }
  if (typeof namespace !== 'string' || !isNamespace(namespace)) {
    throw refusal(`has a "namespace" in "${name}" that is none, such as "team-a"`);
  }
  return {
    namespace,
    workflows,
    read: typeof file === 'string' ? () => fileText(file) : () => env[variable as string] || undefined,
  };
}

/** Without the line end that editors add; undefined: it is not there. */
function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    // Said by whoever asked, without the path: it goes to the flow.
    return undefined;
  }
}

function refusal(problem: string): ConfigError {
  return new ConfigError('HERO_LOGIC_SECRETS', problem);
}
