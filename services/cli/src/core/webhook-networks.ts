// HERO_LOGIC_WEBHOOK_NETWORKS: private addresses and networks that webhooks may reach, with commas between; empty = none.

import { type Env, envText } from '@hero-logic/platform';

export function webhookNetworks(env: Env): readonly string[] {
  const text = envText(env, 'HERO_LOGIC_WEBHOOK_NETWORKS', '');
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}
