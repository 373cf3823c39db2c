// Under which terms the packages stand that package-lock.json names. What is shipped has to be permissive; tools that only develop and test with it may
// be under file-wide terms as well. The lock says it, so nothing has to be asked.

export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  /** Only for developing. */
  readonly dev?: boolean;
  readonly link?: boolean;
}

const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
];
const FOR_TOOLS = ['MPL-2.0', 'CC-BY-4.0', 'Python-2.0'];

/** One line for each package whose terms do not fit. */
export function licenceProblems(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { version, license, dev, link }]) => {
    if (link === true || !path.includes('node_modules/')) return [];
    const allowed = dev === true ? [...PERMISSIVE, ...FOR_TOOLS] : PERMISSIVE;
    if (license !== undefined && fits(license, allowed)) return [];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return [`${name} ${version ?? ''}: ${license ?? 'says no licence'}${dev === true ? ' (for developing)' : ''}`];
  });
}

/** Of an SPDX expression: one side of each OR, every side of each AND. Nothing here nests deeper. */
function fits(expression: string, allowed: readonly string[]): boolean {
  const bare = expression.replace(/[()]/g, '');
  return bare.split(' OR ').some((side) => side.split(' AND ').every((name) => allowed.includes(name.trim())));
}
