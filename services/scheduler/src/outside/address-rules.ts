// Which addresses webhooks may reach. Whoever may write a webhook chooses its address, so it must not lead to what only this machine or its
// network is meant to reach; the configuration can let networks through.

import { BlockList, isIP } from 'node:net';
import { ConfigError, isAddressOrSubnet, isPublicAddress } from '@hero-logic/platform';

export interface AddressRules {
  mayReach(address: string): boolean;
}

/** `open` are addresses or networks ("10.1.0.0/16") that may be reached all the same. */
export function createAddressRules(open: readonly string[]): AddressRules {
  const opened = new BlockList();
  for (const text of open) addNetwork(opened, text);
  return {
    mayReach(address) {
      const version = isIP(address);
      if (version === 0) return false;
      const family = version === 6 ? 'ipv6' : 'ipv4';
      return opened.check(address, family) || isPublicAddress(address);
    },
  };
}

function addNetwork(list: BlockList, text: string): void {
  if (!isAddressOrSubnet(text)) {
    throw new ConfigError(
      'HERO_LOGIC_WEBHOOK_NETWORKS',
      `has "${text}"; write addresses or networks, such as 127.0.0.1 or 10.1.0.0/16, with commas between`,
    );
  }
  const [address = '', prefix] = text.split('/');
  const isSix = isIP(address) === 6;
  list.addSubnet(address, Number(prefix ?? (isSix ? 128 : 32)), isSix ? 'ipv6' : 'ipv4');
}

export function closedAddress(host: string): string {
  return `${host} is a private address; HERO_LOGIC_WEBHOOK_NETWORKS says which of them webhooks may reach`;
}

/** What can be said of a host before it is looked up. */
export function addressProblem(rules: AddressRules, host: string): string | undefined {
  const literal = hostAddress(host);
  const isLocal = literal === 'localhost' || literal.endsWith('.localhost');
  const address = isLocal ? '127.0.0.1' : literal;
  return isIP(address) !== 0 && !rules.mayReach(address) ? closedAddress(literal) : undefined;
}

/** Without the brackets that a URL has around an IPv6 address. */
export function hostAddress(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
