// What plays may reach: the network of those whose version does not say, the most that a version may ask for, and what is open besides
// public addresses.

import type { Network } from '@hero-logic/executor';
import { ConfigError, type Env, envOneOf, envText } from '@hero-logic/platform';

export interface PlaysNetwork {
  readonly network: Network;
  readonly networkMost: Network;
  /** Addresses, subnets and names that are private and may be listed all the same. */
  readonly openAddresses: readonly string[];
}

const NETWORKS = ['none', 'hosts', 'any'] as const;

export function playsNetwork(env: Env, most: Network): PlaysNetwork {
  const network = envOneOf(env, 'HERO_LOGIC_NETWORK', 'none', ['none', 'any']);
  const networkMost = envOneOf(env, 'HERO_LOGIC_NETWORK_MOST', network === 'any' ? 'any' : most, NETWORKS);
  if (NETWORKS.indexOf(network) > NETWORKS.indexOf(networkMost)) {
    throw new ConfigError(
      'HERO_LOGIC_NETWORK',
      `is ${network}, which is more than HERO_LOGIC_NETWORK_MOST=${networkMost}`,
    );
  }
  const openAddresses = envText(env, 'HERO_LOGIC_OPEN_ADDRESSES', '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const entry of openAddresses) {
    if (!/^[\w.:[\]/-]+$/.test(entry)) {
      const form = 'must be addresses, subnets and names with commas between, each with or without a port';
      throw new ConfigError('HERO_LOGIC_OPEN_ADDRESSES', `${form}, not "${entry}"`);
    }
  }
  return { network, networkMost, openAddresses };
}
