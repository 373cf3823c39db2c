// What a door adds to a call: whose key it is (remembered), whether its role and its namespace allow the call, and the entry of the audit log.

import { create } from '@bufbuild/protobuf';
import {
  createAuditTrail,
  createKeyCheck,
  createKeyGuard,
  createScopeCheck,
  createSids,
  newKeyText,
  silentLog,
  systemClock,
} from '@hero-logic/platform';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { Report } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

const CALLS = 2000;

export async function access(_server: PerfServer, rounds: number): Promise<Report> {
  const newSid = createSids();
  const key = newKeyText(newSid());
  const grants = [{ role: 'operator', namespaces: ['team-a'] }] as const;
  const authenticate = createKeyCheck({
    check: async () => ({ name: 'ci', grants }),
    ...{ adminKey: 'a'.repeat(32), serviceToken: 's'.repeat(32), clock: systemClock },
  });
  const audit = createAuditTrail({ write: async () => {}, clock: systemClock, newSid, log: silentLog });
  const guard = createKeyGuard(authenticate, audit);
  const scope = createScopeCheck({ namespaceOf: async () => 'team-a' });
  const headers = new Headers({ authorization: `Bearer ${key.text}` });
  const { getPlay, cancelPlay } = PlayService.method;
  const playSid = newSid();

  async function call(method: typeof getPlay | typeof cancelPlay): Promise<void> {
    const message = create(method.input, { playSid });
    const principal = await guard.identify(headers);
    await guard.run(principal, method, message, () => scope(principal.namespace ?? '', method, message));
  }
  async function measure(method: typeof getPlay | typeof cancelPlay): Promise<number> {
    const started = performance.now();
    for (let i = 0; i < CALLS; i++) await call(method);
    return (performance.now() - started) / CALLS;
  }
  const reads: number[] = [];
  const changes: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const [read, change] = [await measure(getPlay), await measure(cancelPlay)];
    if (round >= 0) {
      reads.push(read);
      changes.push(change);
    }
  }
  await audit.close();
  return {
    title: 'Who calls, and whether they may',
    rows: [
      { name: 'a call that reads', spread: spread(reads), unit: 'ms', goal: 'under 0.1' },
      {
        name: 'a call that changes something, with the audit log',
        spread: spread(changes),
        unit: 'ms',
        goal: 'under 0.1',
      },
    ],
  };
}
