// What can be told about models: where they are, what they cost, and who rates requests.

import { readFileSync } from 'node:fs';
import type { Broker } from '@hero-logic/executor';
import { ConfigError, type Env, envText, NO_PRICES, type PriceTable, pricesFromText } from '@hero-logic/platform';
import type { EmbeddingsEndpoint } from '@hero-logic/registry';

export interface ModelConfig {
  /** Where plays that may use the network find models; absent = nowhere. */
  readonly broker: Broker | undefined;
  /** With what the library is searched by meaning, too; absent = by words alone. */
  readonly embeddings: EmbeddingsEndpoint | undefined;
  readonly prices: PriceTable;
  /** Flow that rates how hard a request is, for pick_version; empty = its text alone. */
  readonly ratingFlow: string;
  /** Share of the choices of a version that are made to learn more. */
  readonly exploration: number;
}

export function modelConfig(env: Env): ModelConfig {
  return {
    broker: brokerOf(env),
    embeddings: embeddingsOf(env),
    prices: pricesOf(envText(env, 'HERO_LOGIC_PRICES', '')),
    ratingFlow: envText(env, 'HERO_LOGIC_RATING_FLOW', ''),
    exploration: shareOf(env, 'HERO_LOGIC_EXPLORATION'),
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
  return { url: baseUrl('HERO_AIBROKER_URL', url), key, model: envText(env, 'HERO_AIBROKER_MODEL', '') };
}

function embeddingsOf(env: Env): EmbeddingsEndpoint | undefined {
  const url = envText(env, 'HERO_EMBEDDINGS_URL', '');
  if (url === '') return undefined;
  const model = envText(env, 'HERO_EMBEDDINGS_MODEL', '');
  if (model === '')
    throw new ConfigError('HERO_EMBEDDINGS_MODEL', 'must name the model that HERO_EMBEDDINGS_URL serves');
  const key = envText(env, 'HERO_EMBEDDINGS_KEY', '');
  if (!/^[\x21-\x7e]*$/.test(key))
    throw new ConfigError('HERO_EMBEDDINGS_KEY', 'must be printable ASCII without spaces');
  return { url: baseUrl('HERO_EMBEDDINGS_URL', url), key, model };
}

function baseUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBase = url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  if (isBase && url.username === '' && url.password === '') return text.replace(/\/+$/, '');
  throw new ConfigError(
    name,
    'must be the base URL of an OpenAI-compatible endpoint, such as https://api.example.com/v1, without a key in it',
  );
}

function shareOf(env: Env, name: string): number {
  const text = envText(env, name, '0');
  const share = Number(text);
  if (/^[\d.]+$/.test(text) && share >= 0 && share <= 1) return share;
  throw new ConfigError(name, `must be a number from 0 (never) to 1 (always), not "${text}"`);
}

/** A file, or the table itself. */
function pricesOf(value: string): PriceTable {
  if (value === '') return NO_PRICES;
  if (value.trimStart().startsWith('{')) return pricesIn(value, 'holds no price table');
  let text: string;
  try {
    text = readFileSync(value, 'utf8');
  } catch (error) {
    const problem = `names a file that cannot be read (${(error as Error).message}); give the path of one, or the table itself`;
    throw new ConfigError('HERO_LOGIC_PRICES', problem);
  }
  return pricesIn(text, `names the file "${value}", which holds no price table`);
}

function pricesIn(text: string, problem: string): PriceTable {
  try {
    return pricesFromText(text);
  } catch (error) {
    throw new ConfigError('HERO_LOGIC_PRICES', `${problem}: ${(error as Error).message}`);
  }
}
