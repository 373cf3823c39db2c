// HERO_LOGIC_SECRETS_KEY or HERO_LOGIC_SECRETS_KEY_FILE: with what the store seals secrets, newest key first.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigError,
  createVault,
  type Env,
  envText,
  type Vault,
  type VaultKey,
  vaultKeysFrom,
} from '@hero-logic/platform';

const KEY = 'HERO_LOGIC_SECRETS_KEY';
const KEY_FILE = 'HERO_LOGIC_SECRETS_KEY_FILE';

/** Empty: none is configured. */
export function vaultKeys(env: Env): readonly VaultKey[] {
  const [text, file] = [envText(env, KEY, ''), envText(env, KEY_FILE, '')];
  if (text !== '' && file !== '') throw new ConfigError(KEY_FILE, `cannot be set beside ${KEY}; keep one of them`);
  return file === '' ? parsed(KEY, text) : keysIn(KEY_FILE, file);
}

/** Of a local run: where none is configured, a key of its own in its data folder. */
export function localVault(keys: readonly VaultKey[], dataFolder: string): Vault {
  if (keys.length > 0) return createVault(keys);
  const file = join(dataFolder, 'secrets.key');
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return createVault(keysIn(file, file));
}

function keysIn(variable: string, file: string): VaultKey[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(variable, `cannot be read: ${(error as Error).message}`);
  }
  const keys = parsed(variable, text);
  if (keys.length === 0) throw new ConfigError(variable, 'names an empty file');
  return keys;
}

function parsed(variable: string, text: string): VaultKey[] {
  const keys = vaultKeysFrom(text);
  if (keys !== undefined) return keys;
  throw new ConfigError(
    variable,
    'must hold keys of 32 bytes in base64, newest first, apart by commas or line ends; make one with "openssl rand -base64 32"',
  );
}
