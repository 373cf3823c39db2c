// Contract: a frame is as wide as the time in it and in what it called; idle time and what came before the measured part do not count;
// nothing that a profile holds becomes markup.

import { expect, it } from 'vitest';
import { byArea, type CpuProfile, framesOf } from './profile.ts';
import { flameSvg } from './svg.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 6] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('flush', 'file:///x/services/platform/src/sqlite/group-commit.ts'), children: [4, 5] },
    { id: 4, callFrame: frame('run', 'file:///x/services/platform/src/sqlite/database.ts') },
    { id: 5, callFrame: frame('run', 'file:///x/services/platform/src/sqlite/database.ts') },
    { id: 6, callFrame: frame('<b>&', 'file:///x/node_modules/@connectrpc/connect/dist/x.js') },
  ],
  samples: [6, 6, 2, 3, 4, 5, 4, 6],
  timeDeltas: [999, 999, 500, 10, 30, 20, 10, 30],
};

it('gives each frame the time in it and in what it called, of the last part alone', () => {
  const root = framesOf(PROFILE, 0.75);
  expect(root.us).toBe(100);
  expect(root.children.map(({ name, us, selfUs }) => [name, us, selfUs])).toEqual([
    ['flush platform/src/sqlite/group-commit.ts:10', 70, 10],
    ['<b>& @connectrpc/connect/dist/x.js:10', 30, 30],
  ]);
  expect(root.children[0]?.children.map(({ name, us }) => [name, us])).toEqual([
    ['run platform/src/sqlite/database.ts:10', 60],
  ]);
  expect(Object.fromEntries(byArea(root))).toEqual({ V8: 0, 'hero-logic': 10, SQLite: 60, 'RPC libraries': 30 });
});

it('draws them, names and all, as text', () => {
  const svg = flameSvg(framesOf(PROFILE, 0.75), 'a < b');
  expect(svg).toContain('a &#60; b');
  expect(svg).toContain('&#60;b&#62;&#38; @connectrpc/connect/dist/x.js:10, 30.0 %');
  expect(svg).not.toContain('<b>');
  expect(svg.match(/width="840\.0"/g)).toHaveLength(1); // 60 of 100
});

it('draws nothing where nothing was measured', () => {
  expect(flameSvg(framesOf({ nodes: [], samples: [], timeDeltas: [] }, 1), 'x')).not.toContain('NaN');
});
