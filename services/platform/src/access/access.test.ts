// Contract: a key is asked of its owner once and then remembered for 5 s, good or bad; an owner that is out of reach is UNAVAILABLE, not a
// refusal; who a caller claims to be counts only with the service token; audit events survive a store that fails, and hold no documents.

import { create } from '@bufbuild/protobuf';
import { ErrorGroupService } from '@hero-logic/proto/herologic/scheduler/v1/error_group_service_pb';
import { PlayService, ResumePlayRequestSchema } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { expect, it } from 'vitest';
import { HeroError } from '../errors/hero-error.ts';
import { createSids } from '../ids.ts';
import { silentLog } from '../log.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { type AuditEvent, createAuditTrail } from './audit-trail.ts';
import { type Caller, callerEverywhere } from './caller.ts';
import { createKeyGuard, createOpenGuard } from './guard.ts';
import { createKeyCheck } from './key-check.ts';
import { newKeyText, parseKeyText } from './key-text.ts';
import { principalOf, writePrincipal } from './principal.ts';

const ADMIN_KEY = 'a'.repeat(32);
const SERVICE_TOKEN = 's'.repeat(32);
const newSid = createSids();

function keys() {
  const clock = createFakeClock();
  const good = newKeyText(newSid());
  const asked: string[] = [];
  const state = { answer: 'good' as 'good' | 'revoked' | 'away' };
  const check = async (sid: string, secretSha256: string): Promise<Caller> => {
    asked.push(sid);
    if (state.answer === 'away') throw new HeroError('UNAVAILABLE', 'out of reach');
    if (state.answer === 'revoked' || secretSha256 !== good.secretSha256) throw new HeroError('UNAUTHENTICATED', 'no');
    return callerEverywhere('ci', 'operator');
  };
  const authenticate = createKeyCheck({ check, adminKey: ADMIN_KEY, serviceToken: SERVICE_TOKEN, clock });
  const show = (text: string, more: Record<string, string> = {}) =>
    authenticate(new Headers({ authorization: `Bearer ${text}`, ...more }));
  return { clock, good, asked, state, authenticate, show };
}

it('remembers a key for a moment', async () => {
  const { clock, good, asked, state, show } = keys();
  expect(await show(good.text)).toEqual(callerEverywhere('ci', 'operator'));
  state.answer = 'revoked';
  expect(await show(good.text)).toBeDefined();
  expect(asked).toHaveLength(1);
  await clock.advance(5001);
  expect(await show(good.text)).toBeUndefined();
  expect(await show(good.text)).toBeUndefined();
  expect(asked).toHaveLength(2);
  state.answer = 'away';
  await clock.advance(5001);
  await expect(show(good.text)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
});

it('takes nothing else for a key', async () => {
  const { good, asked, authenticate, show } = keys();
  const wrong = good.text.slice(0, -1) + (good.text.endsWith('A') ? 'B' : 'A');
  for (const text of ['', 'hl_', good.text.slice(0, -1), `${good.text}x`, good.text.toUpperCase(), wrong]) {
    expect(await show(text), text).toBeUndefined();
  }
  expect(asked).toHaveLength(1);
  expect(await authenticate(new Headers())).toBeUndefined();
  expect(await authenticate(new Headers({ authorization: `Basic ${good.text}` }))).toBeUndefined();
  expect(parseKeyText(good.text)?.secretSha256).toBe(good.secretSha256);
});

it('believes a name only with the service token', async () => {
  const { good, show } = keys();
  const claim = { 'x-hero-user': 'root', 'x-hero-role': 'admin' };
  expect(await show(good.text, claim)).toEqual(callerEverywhere('ci', 'operator'));
  expect(await show(ADMIN_KEY, claim)).toEqual(callerEverywhere('admin key', 'admin'));
  expect(await show(SERVICE_TOKEN, claim)).toEqual({ name: 'root', role: 'admin' });
  expect(await show(SERVICE_TOKEN)).toEqual({ name: '', role: 'service' });
  const headers = new Headers(claim);
  writePrincipal(headers, { name: 'Zoë\n', role: 'viewer' });
  expect(principalOf(headers)).toEqual({ name: 'Zoë', role: 'viewer' });
  expect(await createOpenGuard('admin').identify(new Headers(claim))).toEqual({ name: 'root', role: 'admin' });
  const inTeam = { ...claim, 'x-hero-namespace': 'team-a' };
  expect(await show(SERVICE_TOKEN, inTeam)).toEqual({ name: 'root', role: 'admin', namespace: 'team-a' });
  writePrincipal(headers, { name: 'Zoë', role: 'viewer', namespace: 'team-a' });
  expect(principalOf(headers)).toEqual({ name: 'Zoë', role: 'viewer', namespace: 'team-a' });
  writePrincipal(headers, { name: 'Zoë', role: 'viewer' });
  expect(principalOf(headers)).toEqual({ name: 'Zoë', role: 'viewer' });
});

it('refuses by role and writes changes down', async () => {
  const written: AuditEvent[] = [];
  const clock = createFakeClock();
  let failures = 1;
  const trail = createAuditTrail({
    write: async (events) => {
      if (failures-- > 0) throw new Error('the store is away');
      written.push(...events);
    },
    clock,
    newSid,
    log: silentLog,
  });
  const guard = createKeyGuard(async () => callerEverywhere('ci', 'operator'), trail);
  const ci = await guard.identify(new Headers());
  const { resumePlay, getPlay } = PlayService.method;
  const message = create(ResumePlayRequestSchema, { playSid: 'p1', resumeId: 'r1', payloadJson: '"secret"' });
  expect(await guard.run(ci, resumePlay, message, async () => 1)).toBe(1);
  await guard.run(ci, getPlay, undefined, async () => 1);
  const fails = guard.run(ci, resumePlay, message, async () => {
    throw new HeroError('PLAY_ENDED', 'over');
  });
  await expect(fails).rejects.toMatchObject({ reason: 'PLAY_ENDED' });
  const fingerprint = '0123456789abcdef';
  const { setErrorGroupState } = ErrorGroupService.method;
  await guard.run(ci, setErrorGroupState, create(setErrorGroupState.input, { fingerprint }), async () => 1);
  const viewer = { name: 'eve', role: 'viewer' } as const;
  expect(() => guard.admit(viewer, resumePlay)).toThrow(
    'PlayService.ResumePlay needs the role operator; "eve" is viewer',
  );
  await clock.advance(1000);
  await trail.close();
  expect(written.map((e) => [e.caller, e.method, e.refusal])).toEqual([
    ['ci', 'PlayService.ResumePlay', ''],
    ['ci', 'PlayService.ResumePlay', 'PLAY_ENDED'],
    ['ci', 'ErrorGroupService.SetErrorGroupState', ''],
    ['eve', 'PlayService.ResumePlay', 'PERMISSION_DENIED'],
  ]);
  expect(written[0]?.subject).toEqual({ play_sid: 'p1', resume_id: 'r1' });
  expect(written[2]?.subject).toEqual({ fingerprint });
  expect(JSON.stringify(written)).not.toContain('secret');
});

it('says what is missing', async () => {
  const guard = createKeyGuard(async () => undefined, undefined);
  await expect(guard.identify(new Headers())).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' });
  await expect(guard.identify(new Headers({ authorization: 'Bearer x' }))).rejects.toThrow('expired or is revoked');
});
