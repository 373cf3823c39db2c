// Who may call, as the environment says.

import { ConfigError, type Env, envInt, envOneOf, envText } from '@hero-logic/platform';

export interface AccessConfig {
  /** `off`: whoever reaches the server may do everything. `keys`: every call shows a key. */
  readonly mode: 'off' | 'keys';
  /** A key with the role admin, by which the first others are made; empty = none. */
  readonly adminKey: string;
  /** By it services know each other; empty = none. */
  readonly serviceToken: string;
  /** How long the audit log keeps an event. */
  readonly auditDays: number;
}

const SHORTEST_SECRET = 32;

export function accessConfig(env: Env): AccessConfig {
  return {
    mode: envOneOf(env, 'HERO_LOGIC_ACCESS', 'off', ['off', 'keys']),
    adminKey: secret(env, 'HERO_LOGIC_ADMIN_KEY'),
    serviceToken: secret(env, 'HERO_LOGIC_SERVICE_TOKEN'),
    auditDays: envInt(env, 'HERO_LOGIC_AUDIT_DAYS', 400, { min: 1, max: 36_500 }),
  };
}

function secret(env: Env, name: string): string {
  const value = envText(env, name, '');
  if (value === '' || (value.length >= SHORTEST_SECRET && /^[\x21-\x7e]+$/.test(value))) return value;
  throw new ConfigError(
    name,
    `must be at least ${SHORTEST_SECRET} characters without spaces; make one with "openssl rand -base64 32"`,
  );
}
