// Typed reading of environment variables, for the config.ts of a service and nobody else. A bad value names the variable and what it takes.

export type Env = Readonly<Record<string, string | undefined>>;

export class ConfigError extends Error {
  constructor(variable: string, description: string) {
    super(`${variable} ${description}`);
    this.name = 'ConfigError';
  }
}

export function envText(env: Env, name: string, fallback: string): string {
  const value = env[name];
  return value === undefined || value === '' ? fallback : value;
}

export function envInt(env: Env, name: string, fallback: number, range: { min: number; max: number }): number {
  const value = env[name];
  if (value === undefined || value === '') return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < range.min || number > range.max) {
    throw new ConfigError(name, `must be a whole number from ${range.min} to ${range.max}, not "${value}"`);
  }
  return number;
}

export function envOneOf<const T extends string>(env: Env, name: string, fallback: T, allowed: readonly T[]): T {
  const value = env[name];
  if (value === undefined || value === '') return fallback;
  if (!(allowed as readonly string[]).includes(value)) {
    throw new ConfigError(name, `must be one of ${allowed.join(', ')}, not "${value}"`);
  }
  return value as T;
}

/** A base URL with http or https, without a slash at its end. An empty fallback: it has to be set. */
export function envUrl(env: Env, name: string, fallback: string): string {
  const text = envText(env, name, fallback);
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, '');
  throw new ConfigError(
    name,
    `must be a URL such as ${fallback === '' ? 'https://example.com' : fallback}, not "${text}"`,
  );
}
