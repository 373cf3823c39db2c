// Where plays get the packages that their sources ask for.

import type { PackageSource } from '@hero-logic/executor';
import { ConfigError, type Env, envOneOf, envText, envUrl } from '@hero-logic/platform';

export interface PackagesConfig {
  /** Path of uv; empty = found. */
  readonly uv: string;
  readonly source: PackageSource;
}

export function packagesConfig(env: Env): PackagesConfig {
  const folder = envText(env, 'HERO_LOGIC_PACKAGES_FOLDER', '');
  if (folder !== '' && !folder.startsWith('/')) {
    throw new ConfigError('HERO_LOGIC_PACKAGES_FOLDER', `must be the full path of a folder of wheels, not "${folder}"`);
  }
  const hasIndex = envText(env, 'HERO_LOGIC_PACKAGES_INDEX', '') !== '';
  if (hasIndex && folder !== '') {
    throw new ConfigError(
      'HERO_LOGIC_PACKAGES_INDEX',
      'cannot be set beside HERO_LOGIC_PACKAGES_FOLDER: one or the other',
    );
  }
  return {
    uv: envText(env, 'HERO_LOGIC_UV', ''),
    source: {
      isOn: envOneOf(env, 'HERO_LOGIC_PACKAGES', 'on', ['on', 'off']) === 'on',
      index: hasIndex ? envUrl(env, 'HERO_LOGIC_PACKAGES_INDEX', '') : '',
      folder,
      builds: envOneOf(env, 'HERO_LOGIC_PACKAGES_BUILD', 'on', ['on', 'off']) === 'on',
    },
  };
}
