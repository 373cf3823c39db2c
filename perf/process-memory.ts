// Memory of a process and of all that descend from it.

import { readdirSync, readFileSync } from 'node:fs';

/** Megabytes that are its own share (PSS): what several processes share counts once. */
export function treeMemory(root: number): number {
  return treeOf(root).reduce((sum, pid) => sum + pss(pid), 0);
}

/** The process and all that descend from it and run now. */
export function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (let at = 0; at < tree.length; at++) tree.push(...(children.get(tree[at] as number) ?? []));
  return tree;
}

function parentOf(pid: string): number | undefined {
  const stat = /^\d+$/.test(pid) ? read(`/proc/${pid}/stat`) : '';
  return stat === '' ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function pss(pid: number): number {
  const kb = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
  return kb === undefined ? 0 : Number(kb) / 1024;
}

/** Empty when the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
