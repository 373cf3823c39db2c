// The endpoint for models: in the environment of plays that may use the network, and its key in nothing that they send.

import type { Broker } from '../config.ts';
import type { LimitedRun } from './context.ts';
import type { Hider } from './hider.ts';

const HIDDEN = '[HERO_AIBROKER_KEY]';

export function brokerEnvironment(run: LimitedRun): Record<string, string> {
  const broker = brokerOf(run);
  if (broker === undefined) return {};
  return {
    HERO_AIBROKER_URL: broker.url,
    ...(broker.key === '' ? {} : { HERO_AIBROKER_KEY: broker.key }),
    ...(broker.model === '' ? {} : { HERO_AIBROKER_MODEL: broker.model }),
  };
}

/** The key, when the play is given it. */
export function hideBrokerKey(run: LimitedRun, hider: Hider): void {
  const key = brokerOf(run)?.key ?? '';
  if (key !== '') hider.add(key, HIDDEN);
}

/** What a play with network `hosts` may reach because the deployment gives it the endpoint; none = []. */
export function brokerHosts(run: LimitedRun): string[] {
  const url = URL.parse(brokerOf(run)?.url ?? '');
  if (url === null) return [];
  return [`${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`];
}

function brokerOf({ deps, limits }: LimitedRun): Broker | undefined {
  return limits.network === 'none' ? undefined : deps.config.broker;
}
