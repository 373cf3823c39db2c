// What the bench can be told by the environment.

import { readFileSync } from 'node:fs';
import { NO_PRICES, type PriceTable, pricesFromText } from '@hero-logic/bench';
import { ConfigError, type Env, envText } from '@hero-logic/platform';

export interface BenchConfig {
  readonly prices: PriceTable;
  readonly ratingFlow: string;
}

export function benchConfig(env: Env): BenchConfig {
  return {
    prices: pricesOf(envText(env, 'HERO_LOGIC_PRICES', '')),
    ratingFlow: envText(env, 'HERO_LOGIC_RATING_FLOW', ''),
  };
}

/** A file, or the table itself. */
function pricesOf(value: string): PriceTable {
  if (value === '') return NO_PRICES;
  try {
    return pricesFromText(value.trimStart().startsWith('{') ? value : readFileSync(value, 'utf8'));
  } catch (error) {
    throw new ConfigError('HERO_LOGIC_PRICES', error instanceof Error ? error.message : String(error));
  }
}
