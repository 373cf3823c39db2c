// A profile of V8 (`--cpu-prof`) as a tree of frames: who called whom, and how long it was at work.

export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface Frame {
  /** Function and file, for a reader. */
  readonly name: string;
  readonly area: Area;
  /** Microseconds in it and in what it called. */
  readonly us: number;
  /** Microseconds in it alone. */
  readonly selfUs: number;
  /** The longest first. */
  readonly children: readonly Frame[];
}

export const AREAS = ['SQLite', 'hero-logic', 'RPC libraries', 'other libraries', 'Node', 'V8'] as const;
export type Area = (typeof AREAS)[number];

/** What has happened in the last `share` of the samples; time in which nothing was to be done does not count. */
export function framesOf(profile: CpuProfile, share: number): Frame {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const idle = new Set(profile.nodes.filter((n) => n.callFrame.functionName === '(idle)').map(({ id }) => id));
  const self = new Map<number, number>();
  for (let at = Math.floor(profile.samples.length * (1 - share)); at < profile.samples.length; at++) {
    const id = profile.samples[at] as number;
    if (!idle.has(id)) self.set(id, (self.get(id) ?? 0) + Math.max(0, profile.timeDeltas[at] ?? 0));
  }
  const build = (ids: readonly number[]): Frame[] => {
    // One function can have several nodes below one caller, one for each place that it was compiled for.
    const alike = Map.groupBy(ids, (id) => nameOf(nodes.get(id)?.callFrame));
    return [...alike]
      .map(([name, same]) => {
        const children = build(same.flatMap((id) => nodes.get(id)?.children ?? []));
        const selfUs = same.reduce((sum, id) => sum + (self.get(id) ?? 0), 0);
        const us = children.reduce((sum, child) => sum + child.us, selfUs);
        return { name, area: areaOf(nodes.get(same[0] as number)?.callFrame.url ?? ''), us, selfUs, children };
      })
      .filter(({ us }) => us > 0)
      .sort((a, b) => b.us - a.us);
  };
  const root = profile.nodes[0];
  const children = build(root?.children ?? []);
  return { name: 'all', area: 'V8', us: children.reduce((sum, { us }) => sum + us, 0), selfUs: 0, children };
}

/** Microseconds at work in each area. */
export function byArea(frame: Frame, sums = new Map<Area, number>()): Map<Area, number> {
  sums.set(frame.area, (sums.get(frame.area) ?? 0) + frame.selfUs);
  for (const child of frame.children) byArea(child, sums);
  return sums;
}

function nameOf(frame: CpuProfile['nodes'][number]['callFrame'] | undefined): string {
  if (frame === undefined) return '';
  const file = frame.url.replace(/^.*\/(services|node_modules)\//, '').replace(/\?.*$/, '');
  return `${frame.functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${frame.lineNumber + 1}`}`;
}

/** A call of SQLite has no frame of its own: it is the time of the few lines that call it. */
function areaOf(url: string): Area {
  if (/\/platform\/src\/sqlite\/database\.ts$/.test(url)) return 'SQLite';
  if (/\/(services|proto)\//.test(url) && !url.includes('/node_modules/')) return 'hero-logic';
  if (/\/node_modules\/(@connectrpc|@bufbuild)\//.test(url)) return 'RPC libraries';
  if (url.includes('/node_modules/')) return 'other libraries';
  return url === '' ? 'V8' : 'Node';
}
