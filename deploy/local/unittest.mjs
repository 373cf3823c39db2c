// What Python's unittest says at its end, as numbers.

/** Counts, and what failed in words. `status` is that of the process. */
export function unittestCounts(text, status) {
  const failures = text.match(/^(?:FAIL|ERROR): [\s\S]*?(?=^(?:=|-{70}\n(?:Ran|\n)))/gm) ?? [];
  const count = (pattern) => Number(pattern.exec(text)?.[1] ?? 0);
  const ran = count(/^Ran (\d+) tests?/m);
  const failed = count(/failures=(\d+)/) + count(/errors=(\d+)/);
  const skipped = count(/skipped=(\d+)/);
  if (ran === 0 || (failed === 0 && status !== 0)) return { passed: 0, failed: 1, skipped, failures };
  return { passed: ran - failed - skipped, failed, skipped, failures };
}
