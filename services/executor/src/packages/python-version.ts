// Whether an interpreter is one that a source asks for (`requires-python`, PEP 440 clauses of plain versions).

const CLAUSE = /^(===|==|~=|!=|<=|>=|<|>)(\d+(?:\.\d+)*)(\.\*)?$/;

/** `version` is such as "3.11.2". A clause that is not understood holds for nobody. */
export function isPythonWanted(version: string, requires: string): boolean {
  if (requires === '') return true;
  const has = numbers(version);
  return requires.split(',').every((clause) => {
    const [, operator = '', text = '', wildcard] = CLAUSE.exec(clause.trim()) ?? [];
    const wanted = numbers(text);
    if (operator === '') return false;
    if (wildcard !== undefined || operator === '~=') return startsWith(operator, has, wanted);
    const order = compare(has, wanted);
    if (operator === '>=') return order >= 0;
    if (operator === '<=') return order <= 0;
    if (operator === '>') return order > 0;
    if (operator === '<') return order < 0;
    return operator === '!=' ? order !== 0 : order === 0;
  });
}

function startsWith(operator: string, has: readonly number[], wanted: readonly number[]): boolean {
  const prefix = operator === '~=' ? wanted.slice(0, -1) : wanted;
  const isSame = prefix.every((part, i) => (has[i] ?? 0) === part);
  if (operator === '!=') return !isSame;
  return operator === '~=' ? isSame && compare(has, wanted) >= 0 : isSame;
}

function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
