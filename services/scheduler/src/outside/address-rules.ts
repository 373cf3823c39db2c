// Which addresses webhooks may reach. Whoever may write a webhook chooses its address, so it must not lead to what only this machine or its
// network is meant to reach; the configuration can let networks through.

import { BlockList, isIP } from 'node:net';
import { ConfigError } from '@hero-logic/platform';

export interface AddressRules {
  mayReach(address: string): boolean;
}

/** Everything that is not the public Internet: RFC 6890 and its successors. An IPv4 address within IPv6 is looked at as IPv4. */
const CLOSED: readonly [net: string, prefix: number, family: 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['::1', 128, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/** `open` are addresses or networks ("10.1.0.0/16") that may be reached all the same. */
export function createAddressRules(open: readonly string[]): AddressRules {
  const closed = new BlockList();
  for (const rule of CLOSED) closed.addSubnet(...rule);
  const opened = new BlockList();
  for (const text of open) addNetwork(opened, text);
  return {
    mayReach(address) {
      const version = isIP(address);
      if (version === 0) return false;
      const family = version === 6 ? 'ipv6' : 'ipv4';
      return opened.check(address, family) || !closed.check(address, family);
    },
  };
}

function addNetwork(list: BlockList, text: string): void {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (version === 0 || rest.length > 0 || !Number.isInteger(length) || length < 0 || length > bits || prefix === '') {
    throw new ConfigError(
      'HERO_LOGIC_WEBHOOK_NETWORKS',
      `has "${text}"; write addresses or networks, such as 127.0.0.1 or 10.1.0.0/16, with commas between`,
    );
  }
  list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
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
