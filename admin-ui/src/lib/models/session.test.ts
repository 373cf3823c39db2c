import { expect, it } from 'vitest';
import { sessionFrom } from './session.ts';

it('reads what the server says of who is in', () => {
  expect(sessionFrom({ name: '', role: 'admin', ways: [] })).toEqual({
    state: 'in',
    name: '',
    role: 'admin',
    canLeave: false,
  });
  expect(sessionFrom({ name: 'ann', role: 'viewer', ways: ['key'] })).toMatchObject({ state: 'in', canLeave: true });
  expect(sessionFrom({ error: { reason: 'UNAUTHENTICATED' }, ways: ['key', 'oidc'] })).toEqual({
    state: 'out',
    ways: ['key', 'oidc'],
  });
  for (const odd of [null, 'x', { error: { reason: 'UNAVAILABLE' } }]) {
    expect(sessionFrom(odd)).toEqual({ state: 'unknown' });
  }
});
