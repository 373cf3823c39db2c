// Signing in with a browser. The session is a sealed cookie that scripts cannot read and other sites cannot send; on a request it stands for
// the Authorization header. `GET /session` says who is signed in, `POST /session` {key} signs in, `DELETE /session` signs out, and
// `GET /session/oidc` goes to the identity provider and comes back at `/session/oidc/callback`.

import { type Clock, type Guard, type Log, type Seals, type Session, toHeroError } from '@hero-logic/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createAttempts } from './attempts.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';
import { doorStatus } from './door-status.ts';
import { headersOf } from './headers.ts';
import { addOidcSignIn, type OidcSignIn } from './oidc-sign-in.ts';
import type { Site } from './site.ts';

export interface SignIn {
  readonly seals: Seals;
  readonly clock: Clock;
  /** The identity provider; undefined = keys only. */
  readonly oidc: OidcSignIn | undefined;
}

export interface SessionOptions {
  readonly guard: Guard;
  /** undefined: this door asks nobody to sign in. */
  readonly signIn: SignIn | undefined;
  readonly log: Log;
}

const COOKIE = 'hero_session';
const SESSION_MS = 12 * 3_600_000;
const FAILURES = { most: 10, windowMs: 600_000 };

export function addSession(site: Site, { guard, signIn, log }: SessionOptions): void {
  site.allow('/session', ['GET', 'POST', 'DELETE']);
  site.app.addHook('onRequest', async (request) => {
    const cookie = readCookie(request, COOKIE);
    // The raw headers, because that is where the calls look.
    if (cookie !== undefined) request.raw.headers.authorization ??= `Bearer ${cookie}`;
  });
  site.app.get('/session', (request, reply) => tell(request, reply, guard, waysOf(signIn)));
  const path = `${site.basePath}/`;
  site.app.delete('/session', (request, reply) => {
    clearCookie(request, reply, { name: COOKIE, path });
    return reply.code(204).send();
  });
  if (signIn === undefined) {
    site.app.post('/session', (_request, reply) =>
      refuse(reply, 400, 'INVALID_ARGUMENT', 'this server asks for no key'),
    );
    return;
  }
  const begin = (request: FastifyRequest, reply: FastifyReply, session: Session) =>
    setCookie(request, reply, {
      name: COOKIE,
      path,
      value: signIn.seals.seal(session, SESSION_MS),
      maxAgeMs: SESSION_MS,
      sameSite: 'Strict',
    });
  addKeySignIn(site, guard, signIn, begin);
  if (signIn.oidc !== undefined) addOidcSignIn(site, { oidc: signIn.oidc, seals: signIn.seals, begin, log });
}

type Begin = (request: FastifyRequest, reply: FastifyReply, session: Session) => void;

function addKeySignIn(site: Site, guard: Guard, signIn: SignIn, begin: Begin): void {
  const attempts = createAttempts({ ...FAILURES, clock: signIn.clock });
  site.app.post('/session', async (request, reply) => {
    const waitMs = attempts.waitMs(request.ip);
    if (waitMs > 0) {
      reply.header('retry-after', Math.ceil(waitMs / 1000));
      return refuse(reply, 429, 'RATE_LIMITED', 'too many wrong keys from this address; try again in a few minutes');
    }
    const key = (request.body as { key?: unknown } | null)?.key;
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,500}$/.test(key)) {
      return refuse(reply, 400, 'INVALID_ARGUMENT', 'send {"key": "hl_..."}');
    }
    try {
      const principal = await guard.identify(new Headers({ authorization: `Bearer ${key}` }));
      begin(request, reply, { kind: 'key', key });
      return reply.send(principal);
    } catch (error) {
      const { reason, message } = toHeroError(error);
      if (reason === 'UNAUTHENTICATED') attempts.failed(request.ip);
      return refuse(reply, doorStatus(reason), reason, message);
    }
  });
}

/** Who is signed in, and how one can. */
async function tell(request: FastifyRequest, reply: FastifyReply, guard: Guard, ways: string[]): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store');
  try {
    return reply.send({ ...(await guard.identify(headersOf(request))), ways });
  } catch (error) {
    const { reason, message } = toHeroError(error);
    return reply.code(doorStatus(reason)).send({ error: { reason, message }, ways });
  }
}

function waysOf(signIn: SignIn | undefined): string[] {
  if (signIn === undefined) return [];
  return signIn.oidc === undefined ? ['key'] : ['key', 'oidc'];
}

function refuse(reply: FastifyReply, status: number, reason: string, message: string): FastifyReply {
  return reply.code(status).send({ error: { reason, message } });
}
