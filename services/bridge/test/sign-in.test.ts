// Contract: a browser signs in with a key or at an OpenID Connect provider (a real one, over loopback) and from then on calls with a cookie
// that scripts cannot read; revoking the key ends it; wrong keys make an address wait; a token of the provider works as a bearer; whatever is
// forged, stale, of another audience or without a role is refused with words; signing in never leads to another site.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  callerEverywhere,
  createKeyCheck,
  createKeyGuard,
  createSeals,
  createTokenCheck,
  HeroError,
  newKeyText,
} from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestBridge, type TestBridge } from './test-bridge.ts';

const KEY_SID = '01kcs9h5w0x7v5t2m4q8n3z6ya';
const key = newKeyText(KEY_SID);
const clock = createFakeClock(Date.now());
const seals = createSeals('', clock);
const roles = {
  platform: { role: 'admin', namespaces: ['*'] },
  developers: { role: 'author', namespaces: ['*'] },
} as const;
let keyIsGood = true;
let provider: Server;
let issuer: string;
let bridge: TestBridge;
/** Groups of whoever signs in. */
let groups: string[] = [];

beforeAll(async () => {
  provider = createServer();
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const config = { issuer, audience: 'hero', roleClaim: 'groups', roles, clientId: 'hero', clientSecret: 'hush' };
  const authenticate = createKeyCheck({
    check: async (sid, secretSha256) => {
      if (!keyIsGood || sid !== KEY_SID || secretSha256 !== key.secretSha256)
        throw new HeroError('UNAUTHENTICATED', 'no');
      return callerEverywhere('ann', 'operator');
    },
    adminKey: '',
    serviceToken: '',
    openSession: (text) => seals.open(text) as never,
    checkToken: createTokenCheck(config),
    clock,
  });
  const publicUrl = 'http://hero.localhost';
  bridge = await startTestBridge({
    guard: createKeyGuard(authenticate, undefined),
    signIn: { seals, clock, oidc: { ...config, publicUrl } },
  });
  const op = new Provider(issuer, {
    clients: [{ client_id: 'hero', client_secret: 'hush', redirect_uris: [`${publicUrl}/session/oidc/callback`] }],
    claims: { openid: ['sub', 'groups'], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_ctx: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, groups }),
    }),
  });
  provider.on('request', op.callback());
});
afterAll(async () => {
  await bridge.close();
  provider.closeAllConnections();
  await new Promise((resolve) => provider.close(resolve));
});

type Cookies = Map<string, string>;

function keep(cookies: Cookies, response: Response): void {
  for (const line of response.headers.getSetCookie()) {
    const [name, value] = (line.split(';')[0] as string).split('=') as [string, string];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}

const shown = (cookies: Cookies) => ({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
const session = (init: RequestInit = {}) => fetch(`${bridge.url}/session`, init);
const signInWith = (text: unknown, headers = {}) =>
  session({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ key: text }),
  });

it('signs in with a key, until the key is revoked', async () => {
  const nobody = await session();
  expect(nobody.status).toBe(401);
  expect(await nobody.json()).toMatchObject({ error: { reason: 'UNAUTHENTICATED' }, ways: ['key', 'oidc'] });

  const reply = await signInWith(key.text, { 'x-forwarded-proto': 'https' });
  expect(await reply.json()).toEqual({ name: 'ann', role: 'operator' });
  const [line = ''] = reply.headers.getSetCookie();
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/']) expect(line).toContain(part);
  expect(line).not.toContain(key.text);
  const cookies: Cookies = new Map();
  keep(cookies, reply);

  expect(await (await session({ headers: shown(cookies) })).json()).toMatchObject({ name: 'ann' });
  const call = () =>
    fetch(`${bridge.url}/herologic.scheduler.v1.PlayService/StartPlay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...shown(cookies) },
      body: JSON.stringify({ workflowName: 'x' }),
    });
  expect((await call()).status).toBe(200);
  const rpc = { jsonrpc: '2.0', id: 1, method: 'play_start', params: { workflow_name: 'x' } };
  expect(JSON.parse((await bridge.post(JSON.stringify(rpc), shown(cookies))).text)).toHaveProperty('result');
  const foreign = await bridge.post(JSON.stringify(rpc), { ...shown(cookies), origin: 'https://evil.example' });
  expect(foreign.status).toBe(403);

  const changed = new Map([['hero_session', `${(cookies.get('hero_session') as string).slice(0, -2)}AA`]]);
  expect((await session({ headers: shown(changed) })).status).toBe(401);
  keyIsGood = false;
  await clock.advance(6000);
  expect((await call()).status).toBe(401);
  keyIsGood = true;
  await clock.advance(13 * 3_600_000);
  expect((await call()).status).toBe(401);
  const out = await session({ method: 'DELETE', headers: shown(cookies) });
  keep(cookies, out);
  expect([...cookies]).toEqual([]);
});

it('makes an address wait that tries wrong keys', async () => {
  expect((await signInWith(7)).status).toBe(400);
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await signInWith(`hl_${KEY_SID}_${'A'.repeat(43)}`)).status);
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  const waiting = await signInWith(key.text);
  expect([waiting.status, Number(waiting.headers.get('retry-after')) > 0]).toEqual([429, true]);
  await clock.advance(601_000);
  expect((await signInWith(key.text)).status).toBe(200);
});

/** Follows the way of a browser: to the provider, through its login and consent pages, and back. */
async function signInAtProvider(login: string, next: string, tamper = (back: URL) => back) {
  const ours: Cookies = new Map();
  const theirs: Cookies = new Map();
  const start = await fetch(`${bridge.url}/session/oidc?next=${encodeURIComponent(next)}`, { redirect: 'manual' });
  keep(ours, start);
  let at = new URL(start.headers.get('location') as string);
  let body: URLSearchParams | undefined;
  const steps = [
    new URLSearchParams({ prompt: 'login', login, password: 'x' }),
    new URLSearchParams({ prompt: 'consent' }),
  ];
  while (at.hostname !== 'hero.localhost') {
    const init = body === undefined ? {} : { method: 'POST', body };
    const response = await fetch(at, { ...init, redirect: 'manual', headers: shown(theirs) });
    keep(theirs, response);
    const location = response.headers.get('location');
    body = undefined;
    if (location !== null) at = new URL(location, at);
    else {
      body = steps.shift();
      if (body === undefined) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
    }
  }
  const back = tamper(at);
  const end = await fetch(bridge.url + back.pathname + back.search, { redirect: 'manual', headers: shown(ours) });
  keep(ours, end);
  return {
    ours,
    location: end.headers.get('location') as string,
    authorization: start.headers.get('location') as string,
  };
}

it('signs in at the identity provider', async () => {
  groups = ['staff', 'developers', 'platform'];
  const { ours, location, authorization } = await signInAtProvider('zoe', '/plays?status=failed');
  expect(location).toBe('/plays?status=failed');
  for (const part of ['code_challenge_method=S256', 'nonce=', 'state=']) expect(authorization).toContain(part);
  expect([...ours.keys()]).toEqual(['hero_session']);
  expect(await (await session({ headers: shown(ours) })).json()).toMatchObject({
    name: 'zoe@example.com',
    role: 'admin',
  });
  const tabs = ['/\t/evil.example', '/\t\\evil.example', '/\r\n/evil.example'];
  for (const elsewhere of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:1', ...tabs]) {
    expect((await signInAtProvider('zoe', elsewhere)).location).toBe('/');
  }
});

it('refuses whom it must, with words', async () => {
  groups = ['staff'];
  const stranger = await signInAtProvider('eve', '/');
  expect(decodeURIComponent(stranger.location)).toMatch(/^\/sign-in\?problem="eve@example.com" has no role here/);
  groups = ['platform'];
  const forged = await signInAtProvider('zoe', '/', (back) => {
    back.searchParams.set('state', 'other');
    return back;
  });
  expect(forged.location).toContain('/sign-in?problem=');
  expect([...forged.ours.keys()]).toEqual([]);
  const late = await fetch(`${bridge.url}/session/oidc/callback?code=x&state=y`, { redirect: 'manual' });
  expect(late.headers.get('location')).toContain('took%20too%20long');
});
