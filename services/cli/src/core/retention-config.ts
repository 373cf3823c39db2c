// How long plays that have ended are kept unless their workflow has a rule of its own. Without either bound all are.

import { type Env, envInt } from '@hero-logic/platform';
import type { SchedulerConfig } from '@hero-logic/scheduler';

const DAY_MS = 86_400_000;

export function retentionConfig(env: Env): NonNullable<SchedulerConfig['retention']> {
  const days = envInt(env, 'HERO_LOGIC_RETENTION_DAYS', 0, { min: 0, max: 36_500 });
  const maxPlays = envInt(env, 'HERO_LOGIC_RETENTION_PLAYS', 0, { min: 0, max: 1_000_000_000 });
  return { maxPlays, ...(days === 0 ? {} : { maxAgeMs: days * DAY_MS }) };
}
