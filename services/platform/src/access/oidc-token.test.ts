// Contract: a token is good when the provider signed it with a public-key algorithm, for our audience, and it has not expired; its claims give
// the name and, in each namespace, the highest role; a token without a role is PERMISSION_DENIED; a provider out of reach is UNAVAILABLE and asked again later.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actingIn } from './caller.ts';
import { createTokenCheck } from './oidc-token.ts';
import type { Role } from './role.ts';

let server: Server;
let issuer: string;
let away = false;
const ours = await generateKeyPair('ES256');
const other = await generateKeyPair('ES256');

beforeAll(async () => {
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'k', alg: 'ES256' };
  server = createServer((request, response) => {
    if (away) return void response.writeHead(503).end();
    const pages: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/jwks` },
      '/jwks': { keys: [jwk] },
    };
    response.end(JSON.stringify(pages[request.url ?? ''] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function check() {
  const grant = (role: Role, namespaces = ['*']) => ({ role, namespaces });
  const roles = { devs: grant('author'), ops: grant('operator'), team: grant('admin', ['team-a']) };
  const callerOf = createTokenCheck({ issuer, audience: 'hero', roleClaim: 'groups', roles });
  return async (text: string, namespace = '') => {
    const caller = await callerOf(text);
    return caller && actingIn(caller, namespace);
  };
}

function token(
  claims: JWTPayload,
  options: { key?: typeof ours.privateKey; exp?: string | undefined } = {},
): Promise<string> {
  const { key = ours.privateKey } = options;
  const jwt = new SignJWT({ iss: issuer, aud: 'hero', sub: 's', ...claims }).setProtectedHeader({
    alg: 'ES256',
    kid: 'k',
  });
  if (!('exp' in options)) jwt.setExpirationTime('1h');
  else if (options.exp !== undefined) jwt.setExpirationTime(options.exp);
  return jwt.sign(key);
}

it('takes good tokens for who they name', async () => {
  const good = check();
  const both = await token({ groups: ['ops', 'devs', 'x'], email: 'ann@example.com', preferred_username: 'ann' });
  expect(await good(both)).toEqual({ name: 'ann@example.com', role: 'author' });
  expect(await good(await token({ groups: 'ops' }))).toEqual({ name: 's', role: 'operator' });
  const team = await token({ groups: ['team', 'ops'] });
  expect(await good(team)).toEqual({ name: 's', role: 'operator' });
  expect(await good(team, 'team-a')).toEqual({ name: 's', role: 'admin', namespace: 'team-a' });
  const claimed = { groups: ['ops'], email: 'ann@example.com', email_verified: false };
  expect(await good(await token(claimed))).toEqual({ name: 's', role: 'operator' });
  const many = await token({ groups: ['ops'], aud: ['x', 'hero'] });
  expect(await good(many)).toMatchObject({ role: 'operator' });
});

it('refuses every other', async () => {
  const good = check();
  const claims = { groups: ['devs'] };
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token(claims)).split('.')[1]}.`;
  const shared = await new SignJWT({ iss: issuer, aud: 'hero', ...claims })
    .setProtectedHeader({ alg: 'HS256', kid: 'k' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(JSON.stringify(await exportJWK(ours.publicKey))));
  const bad = {
    expired: await token(claims, { exp: '-1h' }),
    'without an end': await token(claims, { exp: undefined }),
    'another audience': await token({ ...claims, aud: 'else' }),
    'another issuer': await token({ ...claims, iss: 'https://else.example' }),
    'another key': await token(claims, { key: other.privateKey }),
    changed: (await token(claims)).replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
    none,
    shared,
    text: 'a.b.c',
    short: 'a',
  };
  for (const [what, text] of Object.entries(bad)) expect(await good(text), what).toBeUndefined();
  for (const groups of [undefined, ['x'], ['constructor'], {}]) {
    await expect(good(await token({ groups }))).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  }
});

it('asks a provider again that was away', async () => {
  const good = check();
  const text = await token({ groups: ['devs'] });
  away = true;
  await expect(good(text)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  away = false;
  expect(await good(text)).toMatchObject({ role: 'author' });
});
