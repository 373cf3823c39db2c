// HERO_LOGIC_PUBLIC_URL: the address under which others reach this server; empty = it was not told. A path in it stands before every path.

import { ConfigError, type Env, envText, envUrl } from '@hero-logic/platform';

const NAME = 'HERO_LOGIC_PUBLIC_URL';

export function publicUrl(env: Env): string {
  if (envText(env, NAME, '') === '') return '';
  const text = envUrl(env, NAME, '');
  const { pathname, search, hash } = new URL(text);
  if (/^(?:\/[A-Za-z0-9._~-]+)*\/?$/.test(pathname) && search === '' && hash === '') return text;
  throw new ConfigError(
    NAME,
    `may have a path of letters, digits and . _ ~ -, as https://example.com/flows, not "${text}"`,
  );
}
