// How far plays may share a process: with `play` no version may ask for isolation "version".

import { type Env, envOneOf } from '@hero-logic/platform';
import type { Isolation } from '@hero-logic/registry';

export const isolationLeast = (env: Env): Isolation =>
  envOneOf(env, 'HERO_LOGIC_ISOLATION_LEAST', 'version', ['version', 'play']);
