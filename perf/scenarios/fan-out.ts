// A play that spawns 10,000 plays and waits for all: how long, and that never more of them run than there are slots.

import { timestampMs } from '@bufbuild/protobuf/wkt';
import { mostAtOnce } from '@hero-logic/cli/testing/most-at-once';
import { type Play, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Report } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';

const CHILD = `
from hero_tracing import flow

@flow(name="square")
def square(n: int) -> int:
    return n * n
`;
const PARENT = `
from hero_tracing import flow

@flow(name="squares")
def squares(count: int) -> int:
    return sum(flow.map("square", range(count), spawn=True))
`;

const CHILDREN = 10_000;
const SLOTS = 8;
const PAGE = 1000;

export async function fanOut(): Promise<Report> {
  const server = await startServer([], { HERO_LOGIC_SLOTS: String(SLOTS) });
  try {
    await server.add('square', CHILD);
    const sid = await server.add('squares', PARENT);
    const began = performance.now();
    const parent = await untilItEnds(server, sid);
    const seconds = (performance.now() - began) / 1000;
    const sum = ((CHILDREN - 1) * CHILDREN * (2 * CHILDREN - 1)) / 6;
    if (Number(parent.outputData) !== sum) throw new Error(`the sum is ${parent.outputData} and not ${sum}`);
    const children = await childrenOf(server, parent.sid);
    const most = mostAtOnce(children.map(stretchOf));
    const wrong = children.filter(({ status, attempt }) => status !== PlayStatus.SUCCESS || attempt !== 1).length;
    if (children.length !== CHILDREN || wrong > 0 || most > SLOTS) {
      throw new Error(`${children.length} children, ${wrong} of them not once a success, ${most} at once`);
    }
    return {
      title: `Fan-out of ${CHILDREN.toLocaleString('en')} plays on ${SLOTS} slots`,
      rows: [
        { name: 'start of the parent to its end', spread: spread([seconds]), unit: 's' },
        { name: 'plays a second', spread: spread([CHILDREN / seconds]), unit: '' },
        { name: 'children that ran at once, at most', spread: spread([most]), unit: '', goal: `at most ${SLOTS}` },
        {
          name: 'processes of the parent',
          spread: spread([parent.attempt]),
          unit: '',
          goal: '2: it waits without one',
        },
      ],
    };
  } finally {
    await server.stop();
  }
}

async function untilItEnds(server: PerfServer, workflowSid: string): Promise<Play> {
  const { sid } = await server.plays.startPlay({
    workflow: { case: 'workflowSid', value: workflowSid },
    inputData: JSON.stringify({ count: CHILDREN }),
  });
  for (;;) {
    const play = await server.plays.waitPlay({ playSid: sid, timeoutMs: 60_000n, until: 2 });
    if (play.error !== undefined) throw new Error(`the parent failed: ${play.error.message}`);
    if (play.status === PlayStatus.SUCCESS) return play;
  }
}

async function childrenOf(server: PerfServer, parentPlaySid: string): Promise<Play[]> {
  const found: Play[] = [];
  let pageToken = '';
  do {
    const page = await server.plays.listPlays({ parentPlaySid, pageSize: PAGE, pageToken });
    found.push(...page.plays);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}

function stretchOf({ sid, startedAt, completedAt }: Play) {
  if (startedAt === undefined || completedAt === undefined) throw new Error(`play ${sid} has not ended`);
  return { startMs: timestampMs(startedAt), endMs: timestampMs(completedAt) };
}
