// Contract: a caller acts in the namespace it asks for when a grant is for it, with the highest role that holds there; one that asks for none
// acts everywhere only when a grant says so, else in its first; names stay apart by namespace and those of the first are themselves.

import { expect, it } from 'vitest';
import { actingIn, type Caller, callerEverywhere } from './caller.ts';
import { isNamespace, nameAndNamespace, placedName, placedRange } from './namespace.ts';

const ann: Caller = {
  name: 'ann',
  grants: [
    { role: 'viewer', namespaces: ['a', 'b'] },
    { role: 'author', namespaces: ['b'] },
  ],
};

it('acts where it has a role', () => {
  expect(actingIn(ann, 'a')).toEqual({ name: 'ann', role: 'viewer', namespace: 'a' });
  expect(actingIn(ann, 'b')).toEqual({ name: 'ann', role: 'author', namespace: 'b' });
  expect(actingIn(ann, '')).toEqual({ name: 'ann', role: 'viewer', namespace: 'a' });
  expect(() => actingIn(ann, 'c')).toThrow('"ann" has no role in the namespace "c"; it has one in a, b');
  expect(() => actingIn(ann, '*')).toThrow('must be a namespace');
  const root = callerEverywhere('root', 'admin');
  expect(actingIn(root, '')).toEqual({ name: 'root', role: 'admin' });
  expect(actingIn(root, 'x')).toEqual({ name: 'root', role: 'admin', namespace: 'x' });
  const mixed = { name: 'm', grants: [...ann.grants, { role: 'operator', namespaces: ['*'] } as const] };
  expect(actingIn(mixed, '')).toEqual({ name: 'm', role: 'operator' });
  expect(actingIn(mixed, 'b')).toEqual({ name: 'm', role: 'author', namespace: 'b' });
  for (const bad of ['', '*', 'A', '-a', 'a b', 'a/b', 'ä', 'a'.repeat(64)]) expect(isNamespace(bad), bad).toBe(false);
});

it('keeps names apart', () => {
  expect(placedName('default', 'n')).toBe('n');
  expect(placedName(undefined, 'n')).toBe('n');
  for (const place of [
    { namespace: 'default', name: 'a b' },
    { namespace: 't', name: 'default' },
  ]) {
    expect(nameAndNamespace(placedName(place.namespace, place.name))).toEqual(place);
  }
  const all = ['t', 't-1', 'tt'].map((ns) => placedName(ns, 'x'));
  const inRange = (ns: string, after = '') => {
    const range = placedRange(ns, after);
    return all.filter((p) => p > range.after && (range.before === undefined || p < range.before));
  };
  expect(inRange('t')).toEqual([placedName('t', 'x')]);
  expect(inRange('t-1')).toEqual([placedName('t-1', 'x')]);
  expect(inRange('t', placedName('t', 'x'))).toEqual([]);
});
