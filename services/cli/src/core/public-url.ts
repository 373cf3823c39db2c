// HERO_LOGIC_PUBLIC_URL: the address under which others reach this server; empty = it was not told.

import { type Env, envText, envUrl } from '@hero-logic/platform';

const NAME = 'HERO_LOGIC_PUBLIC_URL';

export function publicUrl(env: Env): string {
  return envText(env, NAME, '') === '' ? '' : envUrl(env, NAME, '');
}
