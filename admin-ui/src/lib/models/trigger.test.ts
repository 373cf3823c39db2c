// A trigger is shown with its schedule, its zone and its next times in that zone; what is not known stays empty.

import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { TriggerKind, TriggerSchema } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { expect, test } from 'vitest';
import { exact } from './format.ts';
import { inZone, triggerFromPb, troubleOf } from './trigger.ts';

test('schedule, zone and next times', () => {
  const at = Date.UTC(2027, 2, 1, 8, 0);
  const spec = '{"cron": "0 9 * * 1-5", "time_zone": "Europe/Berlin"}';
  const read = triggerFromPb(create(TriggerSchema, { kind: TriggerKind.CRON, spec, nextFireAt: timestampFromMs(at) }));
  expect(read).toMatchObject({
    kind: 'cron',
    when: '0 9 * * 1-5',
    zone: 'Europe/Berlin',
    upcoming: [at],
    lastAt: undefined,
  });
  expect(inZone(at, 'Europe/Berlin')).toMatch(/1 Mar 2027.*09:00/);
  expect(inZone(at, 'Nowhere/At_All')).toMatch(/08:00 UTC$/);
  for (const moment of [at, '"2027-03-01T09:00:00+01:00"']) {
    const once = create(TriggerSchema, { kind: TriggerKind.ONCE, spec: `{"at": ${moment}}` });
    expect(triggerFromPb(once).when).toBe(exact(at));
  }
  expect(triggerFromPb(create(TriggerSchema, { spec: 'broken' }))).toMatchObject({
    kind: 'other',
    when: '',
    zone: 'UTC',
    upcoming: [],
  });
});

test('a person is told of a trigger that is late, or paused itself, and of no other', () => {
  const trouble = (more: object) => troubleOf(triggerFromPb(create(TriggerSchema, more)), 600_000);
  expect(trouble({ enabled: true, nextFireAt: timestampFromMs(590_000) })).toBe('');
  expect(trouble({ enabled: true, nextFireAt: timestampFromMs(0) })).toBe('is late: it was due 10 min ago');
  expect(trouble({ enabled: false, pauseReason: 'holidays' })).toBe('');
  expect(trouble({ enabled: false, failuresInRow: 3, pauseReason: 'the last failed' })).toBe(
    'was paused after 3 failures in a row: the last failed',
  );
});
