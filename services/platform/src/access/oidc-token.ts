// JSON Web Tokens of an OpenID Connect provider: who they name, and the role that the provider's claims give.

import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { HeroError } from '../errors/hero-error.ts';
import type { Caller, Grant } from './caller.ts';

export interface OidcConfig {
  /** URL of the provider, as it stands in the claim `iss`. */
  readonly issuer: string;
  /** What the claim `aud` must name. */
  readonly audience: string;
  /** Claim whose values give a role, such as "groups". */
  readonly roleClaim: string;
  /** What each value of that claim grants; the highest role counts in each namespace. */
  readonly roles: Readonly<Record<string, Grant>>;
}

/** Signatures that a public key checks; never a shared secret, never none. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_SKEW_S = 30;
const DISCOVERY_TIMEOUT_MS = 5000;

/** undefined: not a token, or not a good one of this provider. UNAVAILABLE: the provider's keys cannot be read. */
export function createTokenCheck(config: OidcConfig): (text: string) => Promise<Caller | undefined> {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const keysOf = () => {
    keys ??= discoverKeys(config.issuer).catch((error: unknown) => {
      keys = undefined;
      throw new HeroError('UNAVAILABLE', `the identity provider ${config.issuer} cannot be reached`, { cause: error });
    });
    return keys;
  };
  return async (text) => {
    if (text.split('.').length !== 3) return undefined;
    const getKey = await keysOf();
    try {
      const { issuer, audience } = config;
      const options = {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SKEW_S,
        requiredClaims: ['exp'],
      };
      const { payload } = await jwtVerify(text, getKey, options);
      return callerOfClaims(config, payload);
    } catch (error) {
      if (error instanceof errors.JWKSTimeout) {
        throw new HeroError('UNAVAILABLE', `the keys of ${config.issuer} cannot be read`, { cause: error });
      }
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
}

/** PERMISSION_DENIED: the person is known, and no claim gives a role. */
export function callerOfClaims({ roleClaim, roles }: OidcConfig, claims: JWTPayload): Caller {
  // An address that the provider says it has not checked may be anybody's.
  const email = claims.email_verified === false ? undefined : claims.email;
  const name = [email, claims.preferred_username, claims.sub].find((c) => typeof c === 'string' && c !== '');
  const values = [claims[roleClaim] ?? []].flat().map(String);
  const grants = values.flatMap((value) => (Object.hasOwn(roles, value) ? [roles[value] as Grant] : []));
  if (grants.length > 0) return { name: String(name), grants };
  throw new HeroError(
    'PERMISSION_DENIED',
    `${JSON.stringify(name)} has no role here: the claim "${roleClaim}" names none of ${Object.keys(roles).join(', ')}`,
    { metadata: { claim: roleClaim } },
  );
}

async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const { jwks_uri } = (await response.json()) as { jwks_uri?: string };
  if (typeof jwks_uri !== 'string') throw new Error(`${url} names no jwks_uri`);
  return createRemoteJWKSet(new URL(jwks_uri));
}
