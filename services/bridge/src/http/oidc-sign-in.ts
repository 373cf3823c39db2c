// Signing in at an OpenID Connect provider: authorization code with PKCE, state and nonce, kept in a sealed cookie while the person is away.

import { callerOfClaims, type Log, type OidcConfig, type Seals, type Session, toHeroError } from '@hero-logic/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as oidc from 'openid-client';
import { clearCookie, readCookie, setCookie } from './cookies.ts';
import type { Site } from './site.ts';

export interface OidcSignIn extends OidcConfig {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Under which browsers reach this server, "https://flows.example.com" or "https://example.com/flows". */
  readonly publicUrl: string;
}

export interface OidcRouteOptions {
  readonly oidc: OidcSignIn;
  readonly seals: Seals;
  readonly log: Log;
  readonly begin: (request: FastifyRequest, reply: FastifyReply, session: Session) => void;
}

interface Leaving {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly next: string;
}

const COOKIE = 'hero_sign_in';
const AWAY_MS = 600_000;
const CALLBACK = '/session/oidc/callback';

export function addOidcSignIn(site: Site, { oidc: config, seals, begin, log }: OidcRouteOptions): void {
  let provider: Promise<oidc.Configuration> | undefined;
  const providerOf = () => {
    provider ??= discover(config).catch((error: unknown) => {
      provider = undefined;
      throw error;
    });
    return provider;
  };
  const redirectUri = `${config.publicUrl}${CALLBACK}`;
  const path = `${site.basePath}/`;

  site.allow('/session/oidc', ['GET']);
  site.allow(CALLBACK, ['GET']);
  site.app.get('/session/oidc', async (request, reply) => {
    try {
      const leaving = newLeaving((request.query as { next?: string }).next);
      const url = oidc.buildAuthorizationUrl(await providerOf(), {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state: leaving.state,
        nonce: leaving.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(leaving.verifier),
        code_challenge_method: 'S256',
      });
      setCookie(request, reply, {
        name: COOKIE,
        path,
        value: seals.seal(leaving, AWAY_MS),
        maxAgeMs: AWAY_MS,
        sameSite: 'Lax',
      });
      return reply.redirect(url.href, 303);
    } catch (error) {
      log.warn({ err: error }, 'the identity provider cannot be reached');
      return back(site, reply, 'the identity provider cannot be reached');
    }
  });
  site.app.get(CALLBACK, async (request, reply) => {
    const leaving = seals.open(readCookie(request, COOKIE) ?? '') as Leaving | undefined;
    clearCookie(request, reply, { name: COOKIE, path });
    if (leaving === undefined) return back(site, reply, 'it took too long, or began in another browser');
    try {
      const tokens = await oidc.authorizationCodeGrant(await providerOf(), new URL(config.publicUrl + request.url), {
        expectedState: leaving.state,
        expectedNonce: leaving.nonce,
        pkceCodeVerifier: leaving.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) return back(site, reply, 'the identity provider sent no id token');
      begin(request, reply, { kind: 'person', caller: callerOfClaims(config, claims) });
      return reply.redirect(site.basePath + leaving.next, 303);
    } catch (error) {
      const { reason, message } = toHeroError(error);
      log.warn({ err: error }, 'signing in at the identity provider failed');
      return back(site, reply, reason === 'PERMISSION_DENIED' ? message : 'the identity provider refused');
    }
  });
}

function newLeaving(next: string | undefined): Leaving {
  return {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    verifier: oidc.randomPKCECodeVerifier(),
    // A path of ours and nothing else: an open redirect would lend our name to others. Browsers leave out tabs and line ends in an address.
    next: next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/',
  };
}

/** To the sign-in page, with the reason in words. */
function back(site: Site, reply: FastifyReply, message: string): FastifyReply {
  return reply.redirect(`${site.basePath}/sign-in?problem=${encodeURIComponent(message)}`, 303);
}

function discover({ issuer, clientId, clientSecret }: OidcSignIn): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  // Plain HTTP is for a provider on this machine.
  const options = url.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {};
  return oidc.discovery(url, clientId, clientSecret === '' ? undefined : clientSecret, undefined, options);
}
