// What every WebhookStore does, together with the play store that writes into it: what happens to plays is there for the webhooks that hear
// of it, once, within their namespace, and each delivery is claimed by one at a time until it is settled.

import { expect, test } from 'vitest';
import type { SealSecrets } from '../hook/secret-box.ts';
import { keepsSecrets } from '../hook/secrets.conformance.ts';
import { lifeOf, NOW, playOf, questionOf } from '../play-store.conformance.ts';
import type { PlayStore } from '../play-store.ts';
import { CLAIM_MS, requeued, settled, type WebhookDelivery } from './delivery.ts';
import { MOST_WEBHOOKS, type Webhook } from './webhook.ts';
import type { WebhookStore } from './webhook-store.ts';

export interface WebhookStoreUnderTest {
  readonly webhooks: WebhookStore;
  readonly plays: PlayStore;
  close(): Promise<void>;
}

export function webhookOf(sid: string, more: Partial<Webhook> = {}): Webhook {
  return {
    ...{ sid, url: `https://example.com/${sid}`, name: '', events: [], workflowSid: '', tags: {}, format: 'standard' },
    ...{ template: '', enabled: true, disabledReason: '', secrets: [], lastFailure: '', requestId: '' },
    ...{ createdAt: NOW, updatedAt: NOW },
    ...more,
  };
}

const ARRIVED = { status: 204, failure: '', durationMs: 3 };
const FAILED = { status: 500, failure: 'it answered 500', durationMs: 3 };

/** Runs a play that asks and ends. */
async function playOnce(plays: PlayStore, sid: string, more = {}): Promise<void> {
  const life = lifeOf(plays);
  await life.add(playOf(sid, more));
  const [first] = await life.claim();
  await life.record(sid, first?.lease.token ?? '', questionOf('q', { message: 'Pay?' }), NOW + 1);
  await life.record(sid, first?.lease.token ?? '', questionOf('nap', { kind: 'timer', timeoutMs: 1 }), NOW + 1);
  await life.report(sid, first?.lease.token ?? '', 'awaiting_resume', NOW + 2);
  await life.answer(sid, 'q', 'true', NOW + 3);
  const [second] = await life.claim();
  await life.report(sid, second?.lease.token ?? '', 'success', NOW + 4);
}

export function webhookStoreConformance(
  name: string,
  create: (seal?: SealSecrets) => Promise<WebhookStoreUnderTest>,
): void {
  const given = (what: string, body: (webhooks: WebhookStore, plays: PlayStore) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const { webhooks, plays, close } = await create();
      try {
        await body(webhooks, plays);
      } finally {
        await close();
      }
    });
  const types = async (webhooks: WebhookStore, webhookSid: string) =>
    (await webhooks.listDeliveries({ webhookSid, limit: 100 })).map(({ type }) => type).reverse();

  given('webhooks are kept, found and changed, and a namespace has not too many', async (webhooks) => {
    const [a, b] = [webhookOf('a', { requestId: 'r1' }), webhookOf('b')];
    await webhooks.add(a);
    await webhooks.add(b);
    expect(await webhooks.add(webhookOf('c', { requestId: 'r1' }))).toEqual(a);
    expect(await webhooks.list()).toEqual([b, a]);
    expect(await webhooks.findByRequest('r1')).toEqual(a);
    expect([await webhooks.findByRequest('x'), await webhooks.findByRequest('')]).toEqual([undefined, undefined]);
    expect(await webhooks.change('a', (found) => ({ ...found, name: 'x' }))).toEqual({ ...a, name: 'x' });
    expect(await webhooks.find('a')).toEqual({ ...a, name: 'x' });
    await expect(webhooks.change('z', (found) => found)).rejects.toMatchObject({ reason: 'WEBHOOK_NOT_FOUND' });
    expect([await webhooks.remove('b'), await webhooks.remove('b')]).toEqual([true, false]);
    for (let i = 1; i < MOST_WEBHOOKS; i++) await webhooks.add(webhookOf(`n${i}`));
    await expect(webhooks.add(webhookOf('more'))).rejects.toMatchObject({
      ...{ reason: 'TOO_LARGE', message: expect.stringContaining('there are 100 webhooks for all namespaces') },
      metadata: { most: '100' },
    });
    const ofTeam = (sid: string, namespace = 'team-a') => webhooks.add(webhookOf(sid, { namespace }));
    for (let i = 0; i < MOST_WEBHOOKS; i++) await ofTeam(`t${i}`);
    await expect(ofTeam('more')).rejects.toMatchObject({
      ...{ reason: 'TOO_LARGE', message: expect.stringContaining('the namespace team-a has 100 webhooks') },
      metadata: { most: '100', namespace: 'team-a' },
    });
    await ofTeam('elsewhere', 'default');
    await webhooks.remove('t5');
    await ofTeam('instead');
    await expect(ofTeam('more')).rejects.toMatchObject({ reason: 'TOO_LARGE' });
  });

  keepsSecrets(`${name}: webhooks`, async (seal) => {
    const { webhooks, close } = await create(seal);
    return {
      close,
      add: (sid, secrets) => webhooks.add(webhookOf(sid, { secrets })),
      touch: (sid) => webhooks.change(sid, (found) => ({ ...found, name: `${found.name}.` })),
      find: (sid) => webhooks.find(sid),
    };
  });

  given('what happens to plays is told to those who hear of it', async (webhooks, plays) => {
    await webhooks.add(webhookOf('all'));
    await webhooks.add(webhookOf('ends', { events: ['play.success', 'play.cancelled'] }));
    await webhooks.add(webhookOf('other', { workflowSid: 'w2' }));
    await webhooks.add(webhookOf('tagged', { tags: { customer: 'acme' }, events: ['play.created'] }));
    await webhooks.add(webhookOf('off', { enabled: false }));
    await playOnce(plays, 'p1');
    await lifeOf(plays).add(playOf('p2', { tags: { customer: 'acme', more: '' } }));
    await lifeOf(plays).cancel('p2', NOW + 9);
    const life = ['play.created', 'play.started', 'pause.asked', 'pause.answered', 'play.success'];
    const all = await webhooks.listDeliveries({ webhookSid: 'all', limit: 100 });
    expect(
      all
        .filter(({ playSid }) => playSid === 'p1')
        .map(({ type }) => type)
        .sort(),
    ).toEqual([...life].sort());
    expect(all.filter(({ playSid }) => playSid === 'p2').map(({ type }) => type)).toEqual([
      'play.cancelled',
      'play.created',
    ]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const asked = all.find(({ type }) => type === 'pause.asked') as WebhookDelivery;
    expect(asked).toMatchObject({ playSid: 'p1', resumeId: 'q', at: NOW + 1, state: 'pending', dueAt: NOW + 1 });
    expect(JSON.parse(asked.body)).toMatchObject({
      type: 'pause.asked',
      timestamp: new Date(NOW + 1).toISOString(),
      data: { play: { sid: 'p1', status: 'running' }, pause: { id: 'q', message: 'Pay?' } },
    });
    expect(await types(webhooks, 'ends')).toEqual(['play.success', 'play.cancelled']);
    expect(await types(webhooks, 'tagged')).toEqual(['play.created']);
    for (const sid of ['other', 'off']) expect(await types(webhooks, sid), sid).toEqual([]);

    for (const [sid, namespace] of [
      ['of a', 'team-a'],
      ['of b', 'team-b'],
      ['of first', 'default'],
    ] as const) {
      await webhooks.add(webhookOf(sid, { namespace, events: ['play.created'] }));
    }
    await lifeOf(plays).add(playOf('pa', { namespace: 'team-a', workflowSid: 'w3' }));
    await lifeOf(plays).add(playOf('pd'));
    const heard = async (webhookSid: string) =>
      (await webhooks.listDeliveries({ webhookSid, limit: 100 })).map(({ playSid }) => playSid);
    expect([await heard('of a'), await heard('of b'), await heard('of first')]).toEqual([['pa'], [], ['pd']]);
    const before = await heard('all');
    expect(before).toHaveLength(all.length + 2);
    expect(before).toEqual(expect.arrayContaining(['pa', 'pd']));
    await webhooks.change('all', (found) => ({ ...found, enabled: false }));
    await lifeOf(plays).add(playOf('p3'));
    expect(await heard('all')).toEqual(before);
  });

  given('a delivery is claimed by one at a time, until it is settled or its time is over', async (webhooks, plays) => {
    await webhooks.add(webhookOf('a', { events: ['play.created'] }));
    for (let i = 0; i < 6; i++) await lifeOf(plays).add(playOf(`p${i}`));
    expect(await webhooks.nextDue('a')).toBe(NOW);
    const [left, right] = await Promise.all([webhooks.claimDue('a', NOW, 3), webhooks.claimDue('a', NOW, 6)]);
    const claimed = [...(left ?? []), ...(right ?? [])];
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(claimed.length);
    claimed.push(...(await webhooks.claimDue('a', NOW, 6)));
    expect(claimed).toHaveLength(6);
    expect(claimed[0]).toMatchObject({ attempts: 1, lastAttemptAt: NOW, dueAt: NOW + CLAIM_MS });
    const [arrived, failed, ...others] = claimed as [WebhookDelivery, WebhookDelivery, ...WebhookDelivery[]];
    expect(await webhooks.save(arrived, settled(arrived, ARRIVED, NOW + 5, 0))).toBe(true);
    expect(await webhooks.save(arrived, settled(arrived, FAILED, NOW + 6, 0)), 'it has changed since').toBe(false);
    expect(await webhooks.save(failed, settled(failed, FAILED, NOW + 5, 0))).toBe(true);
    expect(await webhooks.nextDue('a')).toBe(NOW + 5005);
    expect((await webhooks.claimDue('a', NOW + 5005, 6)).map(({ id, attempts }) => [id, attempts])).toEqual([
      [failed.id, 2],
    ]);
    // The process that claimed them is gone.
    const again = await webhooks.claimDue('a', NOW + CLAIM_MS, 10);
    expect(again.map(({ id }) => id).sort()).toEqual(others.map(({ id }) => id).sort());
    const late = others[0] as WebhookDelivery;
    expect(await webhooks.save(late, settled(late, ARRIVED, NOW, 0)), 'it is another one by now').toBe(false);
    expect(await webhooks.findDelivery('a', arrived.id)).toMatchObject({ state: 'delivered', lastStatus: 204 });
    expect(await webhooks.findDelivery('a', 'nothing')).toBeUndefined();
  });

  given('deliveries are listed, counted, sent again and forgotten', async (webhooks, plays) => {
    await webhooks.add(webhookOf('a', { events: ['play.created'] }));
    for (let i = 0; i < 4; i++) await lifeOf(plays).add(playOf(`p${i}`, { createdAt: NOW + Math.floor(i / 2) }));
    const [first, second] = (await webhooks.claimDue('a', NOW, 2)) as [WebhookDelivery, WebhookDelivery];
    const dead = { ...settled({ ...first, attempts: 10 }, FAILED, NOW, 0) };
    expect(dead.state).toBe('dead');
    await webhooks.save(first, dead);
    await webhooks.save(second, settled(second, ARRIVED, NOW, 0));
    const list = async (more = {}) =>
      (await webhooks.listDeliveries({ webhookSid: 'a', limit: 100, ...more })).map(({ playSid }) => playSid);
    expect(await list()).toEqual(['p3', 'p2', 'p1', 'p0']);
    expect(await list({ state: 'pending' })).toEqual(['p3', 'p2']);
    const [, third] = await webhooks.listDeliveries({ webhookSid: 'a', limit: 2 });
    expect(await list({ before: third })).toEqual(['p1', 'p0']);
    expect(await list({ before: third, state: 'dead' })).toEqual(['p0']);
    const count = (state: WebhookDelivery['state']) => webhooks.countDeliveries('a', state, 100);
    expect([await count('pending'), await count('dead'), await webhooks.countDeliveries('a', 'pending', 1)]).toEqual([
      2, 1, 1,
    ]);
    await webhooks.save(dead, requeued(dead, NOW + 50));
    expect(await webhooks.findDelivery('a', dead.id)).toMatchObject({ state: 'pending', attempts: 0, dueAt: NOW + 50 });
    expect(await webhooks.forget('pending', NOW + 1, 100)).toBe(1);
    expect(await webhooks.forget('delivered', NOW, 100)).toBe(0);
    expect(await list()).toEqual(['p3', 'p2', 'p1']);
    await webhooks.remove('a');
    expect(await list()).toEqual([]);
  });
}
