// What takes minutes says on stderr what it is at, so that a run can be told from one that hangs.

const began = performance.now();

export function progress(text: string): void {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0)} s: ${text}\n`);
}
