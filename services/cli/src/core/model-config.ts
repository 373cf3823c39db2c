// What can be told about models: where they are, what they cost, and who rates requests.

import { readFileSync } from 'node:fs';
import type { Broker } from '@hero-logic/executor';
import { ConfigError, type Env, envText, NO_PRICES, type PriceTable, pricesFromText } from '@hero-logic/platform';

export interface ModelConfig {
  /** Where plays that may use the network find models; absent = nowhere. */
  readonly broker: Broker | undefined;
  readonly prices: PriceTable;
  /** Flow that rates how hard a request is, for pick_version; empty = its text alone. */
  readonly ratingFlow: string;
}

export function modelConfig(env: Env): ModelConfig {
  return {
    broker: brokerOf(env),
    prices: pricesOf(envText(env, 'HERO_LOGIC_PRICES', '')),
    ratingFlow: envText(env, 'HERO_LOGIC_RATING_FLOW', ''),
  };
}

function brokerOf(env: Env): Broker | undefined {
  const url = envText(env, 'HERO_AIBROKER_URL', '');
  if (url === '') return undefined;
  const key = envText(env, 'HERO_AIBROKER_KEY', '');
  // So short a text, or one that JSON writes otherwise, could not be kept out of what is recorded.
  if (key !== '' && !/^[\x21\x23-\x5b\x5d-\x7e]{8,}$/.test(key)) {
    throw new ConfigError(
      'HERO_AIBROKER_KEY',
      'must be at least 8 printable ASCII characters without spaces, quotes and backslashes; leave it empty if the endpoint needs none',
    );
  }
  return { url: baseUrl(url), key, model: envText(env, 'HERO_AIBROKER_MODEL', '') };
}

function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBase = url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  if (isBase && url.username === '' && url.password === '') return text.replace(/\/+$/, '');
  throw new ConfigError(
    'HERO_AIBROKER_URL',
    'must be the base URL of an OpenAI-compatible endpoint, such as https://api.example.com/v1, without a key in it',
  );
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
