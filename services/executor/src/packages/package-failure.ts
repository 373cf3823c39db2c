// Why packages could not be had, as the play that asked for them is told.

import type { FlowError } from '../domain/span.ts';

export type PackageFailureType =
  | 'PackagesUnavailable'
  | 'PackagesNotFound'
  | 'PackagesConflict'
  | 'PackagesNeedBuild'
  | 'PackagesChanged'
  | 'PackagesTooLarge'
  | 'PythonVersion';

export class PackageFailure extends Error {
  readonly type: PackageFailureType;

  constructor(type: PackageFailureType, message: string) {
    super(message);
    this.name = 'PackageFailure';
    this.type = type;
  }

  toFlowError(): FlowError {
    return { type: this.type, message: this.message, traceback: '' };
  }
}

const KINDS: readonly (readonly [RegExp, PackageFailureType, string])[] = [
  [
    /source distributions? is disabled|no usable wheels|no wheels with a matching|only-binary|--no-build/i,
    'PackagesNeedBuild',
    'a package has no wheel for this Python and machine, and nothing is built here; ask for a version that has one',
  ],
  [
    /hash mismatch|hashes? .*(mismatch|missing)|do not match the expected/i,
    'PackagesChanged',
    'a package is not the one that was locked',
  ],
  [
    /was not found in the (package registry|provided)|not found in the|there are no versions of/i,
    'PackagesNotFound',
    'the index has no such package or version; mend `dependencies` in the source',
  ],
  [/no solution found/i, 'PackagesConflict', 'the packages do not fit together; mend `dependencies` in the source'],
  [
    /no space left|file too large|signal: (9|25)|cannot allocate/i,
    'PackagesTooLarge',
    'the packages are larger than they may be',
  ],
];
const TAIL = 1500;

/** What uv said, in a reason and its own words. */
export function failureFrom(said: string, doing: string): PackageFailure {
  const text = said.replace(ESCAPES, '').trim().slice(-TAIL);
  const [, type, meaning] = KINDS.find(([pattern]) => pattern.test(text)) ?? [
    undefined,
    'PackagesUnavailable' as const,
    'the index cannot be reached, or cannot be read; see HERO_LOGIC_PACKAGES_INDEX and HERO_LOGIC_PACKAGES_FOLDER',
  ];
  return new PackageFailure(type, `${doing}: ${meaning}.\n${text}`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
const ESCAPES = /\x1b\[[0-9;]*m/g;
