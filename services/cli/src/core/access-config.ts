// Who may call, as the environment says.

import {
  ALL_NAMESPACES,
  ConfigError,
  type Env,
  envInt,
  envOneOf,
  envText,
  envUrl,
  type Grant,
  isAddressOrSubnet,
  isNamespace,
  type OidcConfig,
  ROLES,
} from '@hero-logic/platform';
import { publicUrl } from './public-url.ts';

export interface AccessConfig {
  /** `off`: whoever reaches the server may do everything. `keys`: every call shows a key, or a token of the identity provider. */
  readonly mode: 'off' | 'keys';
  /** A key with the role admin, by which the first others are made; empty = none. */
  readonly adminKey: string;
  /** By it services know each other; empty = none. */
  readonly serviceToken: string;
  /** Seals the sessions of browsers; empty = one of this process. */
  readonly sessionSecret: string;
  /** The identity provider; undefined = keys only. */
  readonly oidc: OidcSettings | undefined;
  /** Of one key or person, at a door that callers reach; ten times as many of one address. 0 = no bound. */
  readonly callsPerSecond: number;
  /** Addresses and subnets of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** How long the audit log keeps an event. */
  readonly auditDays: number;
}

export interface OidcSettings extends OidcConfig {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly publicUrl: string;
}

const SHORTEST_SECRET = 32;

export function accessConfig(env: Env): AccessConfig {
  return {
    mode: envOneOf(env, 'HERO_LOGIC_ACCESS', 'off', ['off', 'keys']),
    adminKey: secret(env, 'HERO_LOGIC_ADMIN_KEY'),
    serviceToken: secret(env, 'HERO_LOGIC_SERVICE_TOKEN'),
    sessionSecret: secret(env, 'HERO_LOGIC_SESSION_SECRET'),
    oidc: oidcSettings(env),
    callsPerSecond: envInt(env, 'HERO_LOGIC_CALLS_PER_SECOND', 200, { min: 0, max: 1_000_000 }),
    trustedProxies: trustedProxies(env),
    auditDays: envInt(env, 'HERO_LOGIC_AUDIT_DAYS', 400, { min: 1, max: 36_500 }),
  };
}

function trustedProxies(env: Env): string[] {
  const name = 'HERO_LOGIC_TRUSTED_PROXIES';
  const entries = envText(env, name, '')
    .split(',')
    .map((entry) => entry.trim());
  const named = entries.filter((entry) => entry !== '');
  const wrong = named.find((entry) => !isAddressOrSubnet(entry));
  if (wrong === undefined) return named;
  throw new ConfigError(name, `must be addresses and subnets such as 10.0.0.0/8 with commas between, not "${wrong}"`);
}

function secret(env: Env, name: string): string {
  const value = envText(env, name, '');
  if (value === '' || (value.length >= SHORTEST_SECRET && /^[\x21-\x7e]+$/.test(value))) return value;
  throw new ConfigError(
    name,
    `must be at least ${SHORTEST_SECRET} characters without spaces; make one with "openssl rand -base64 32"`,
  );
}

function oidcSettings(env: Env): OidcSettings | undefined {
  if (envText(env, 'HERO_LOGIC_OIDC_ISSUER', '') === '') return undefined;
  const clientId = needed(env, 'HERO_LOGIC_OIDC_CLIENT_ID');
  return {
    issuer: envUrl(env, 'HERO_LOGIC_OIDC_ISSUER', ''),
    clientId,
    clientSecret: envText(env, 'HERO_LOGIC_OIDC_CLIENT_SECRET', ''),
    audience: envText(env, 'HERO_LOGIC_OIDC_AUDIENCE', clientId),
    roleClaim: envText(env, 'HERO_LOGIC_OIDC_ROLE_CLAIM', 'groups'),
    roles: rolesOf(needed(env, 'HERO_LOGIC_OIDC_ROLES')),
    publicUrl: publicUrl(env),
  };
}

function needed(env: Env, name: string): string {
  const value = envText(env, name, '');
  if (value !== '') return value;
  throw new ConfigError(name, 'must be set where HERO_LOGIC_OIDC_ISSUER is');
}

/** "platform=admin,developers=author@team-a+team-b" */
function rolesOf(text: string): Record<string, Grant> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.lastIndexOf('=');
      const value = pair.slice(0, at).trim();
      const [roleText = '', where] = pair
        .slice(at + 1)
        .trim()
        .split('@');
      const role = ROLES.find((r) => r === roleText);
      const namespaces = where === undefined ? [ALL_NAMESPACES] : where.split('+');
      const isGood = namespaces.every((name) => name === ALL_NAMESPACES || isNamespace(name));
      if (at > 0 && value !== '' && role !== undefined && role !== 'service' && isGood)
        return [value, { role, namespaces }];
      throw new ConfigError(
        'HERO_LOGIC_OIDC_ROLES',
        `must be pairs such as platform=admin,developers=author@team-a with the roles viewer, operator, author and admin, not "${pair}"`,
      );
    }),
  );
}
