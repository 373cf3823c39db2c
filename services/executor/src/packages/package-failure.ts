// Why packages could not be had, as the play that asked for them is told.

import type { FlowError } from '../domain/span.ts';

export type PackageFailureType =
  | 'PackagesUnavailable'
  | 'PackagesNotFound'
  | 'PackagesConflict'
  | 'PackagesNeedBuild'
  | 'PackagesBuildFailed'
  | 'PackagesChanged'
  | 'PackagesTooLarge'
  | 'PythonVersion';

export class PackageFailure extends Error {
  readonly type: PackageFailureType;
  /** All that is kept of what the command said. */
  readonly said: string;

  constructor(type: PackageFailureType, message: string, said = message) {
    super(message);
    this.name = 'PackageFailure';
    this.type = type;
    this.said = said;
  }

  toFlowError(): FlowError {
    return { type: this.type, message: this.message, traceback: '' };
  }
}

/** Such as "docopt==0.6.2": uv has to build it, and could not. */
const BUILT = /Failed to build `([A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+)`/;

const KINDS: readonly (readonly [RegExp, PackageFailureType, string])[] = [
  [
    /source distributions? is disabled|no usable wheels|no wheels with a matching|only-binary|--no-build/i,
    'PackagesNeedBuild',
    'a package has no wheel for this Python and machine, and nothing is built here; ask for a version that has one',
  ],
  [BUILT, 'PackagesNeedBuild', 'a package has no wheel for this Python and machine'],
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

/** What uv wanted to build when it failed; undefined = it failed for another reason. */
export function wantedBuild(error: unknown): string | undefined {
  return error instanceof PackageFailure ? BUILT.exec(error.said)?.[1] : undefined;
}

/**
 * What building needs that was not fetched before, as a requirement of name and versions; undefined = it failed for another reason. Code of
 * strangers may have written this: it can only name what an index has.
 */
export function missingTool(said: string): string | undefined {
  const [, name] = /Because ([A-Za-z0-9][A-Za-z0-9._-]*) was not found in the cache/.exec(said) ?? [];
  if (name === undefined) return undefined;
  const versions = String.raw`(?:(?:,\s?)?(?:[<>=!~]=?|===)[\w.*+!]+)*`;
  return new RegExp(`you require (${name.replaceAll('.', '\\.')}${versions})`).exec(said)?.[1] ?? name;
}

/** With the end of the log of the build. */
export function buildFailure(said: string, doing: string): PackageFailure {
  const text = said.replace(ESCAPES, '').trim().slice(-TAIL);
  const isFull = /it has (written|made) more than/.test(said.slice(-200));
  const type = isFull ? 'PackagesTooLarge' : 'PackagesBuildFailed';
  return new PackageFailure(type, `${doing} from its source has failed. The end of its log:\n${text}`);
}

/** What uv said, in a reason and its own words. */
export function failureFrom(said: string, doing: string): PackageFailure {
  const all = said.replace(ESCAPES, '').trim();
  const text = all.slice(-TAIL);
  const [, type, meaning] = KINDS.find(([pattern]) => pattern.test(text)) ?? [
    undefined,
    'PackagesUnavailable' as const,
    'the index cannot be reached, or cannot be read; see HERO_LOGIC_PACKAGES_INDEX and HERO_LOGIC_PACKAGES_FOLDER',
  ];
  return new PackageFailure(type, `${doing}: ${meaning}.\n${text}`, all);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
const ESCAPES = /\x1b\[[0-9;]*m/g;
