// Stands where a play's Python process stands: connects to the executor's socket and writes lines that were made before, as fast as they are
// read. So the server is measured and not Python. The gate (gate.ts) says when, and hears when all is durable.

import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { playLines } from './lines.ts';

const {
  spans,
  is_recorded,
  piece,
  gate: path,
} = JSON.parse(process.env.HERO_FLOW_INPUT ?? '') as {
  spans: number;
  is_recorded: boolean;
  /** Bytes of a write. */
  piece: number;
  gate: string;
};
const { bytes, lastSeq } = playLines(spans, is_recorded);

const executor = connect(process.env.HERO_FLOW_SPAN_SOCK ?? '');
const gate = connect(path, () => gate.write('ready\n'));

createInterface({ input: executor }).on('line', (line) => {
  const { ack = 0 } = JSON.parse(line) as { ack?: number };
  if (ack >= lastSeq) gate.write('done\n');
});
createInterface({ input: gate }).on('line', (line) => {
  if (line === 'go') writeFrom(0);
  else process.exit(0);
});

function writeFrom(start: number): void {
  let at = start;
  while (at < bytes.length) {
    const end = Math.min(at + piece, bytes.length);
    const goesOn = executor.write(bytes.subarray(at, end));
    at = end;
    if (goesOn) continue;
    executor.once('drain', () => writeFrom(at));
    return;
  }
}
