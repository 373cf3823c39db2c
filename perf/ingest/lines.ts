// What the SDK sends for a play of many small steps, byte for byte as Python writes it (docs/wire.md section 2).

import { createHash } from 'node:crypto';

export interface PlayLines {
  readonly bytes: Buffer;
  /** Of the last line: once it is acknowledged all is durable. */
  readonly lastSeq: number;
}

const ROOT = 'dda057b592e4f30a';
const ROOT_KEY = '9bd8024707805637081d8ebc0c9df532c4b69d9f';
const AT_MS = 1_795_964_382_109;

/** Spans below one root, one after the other; with `isRecorded` each has a step output that is never forgotten. */
export function playLines(spans: number, isRecorded: boolean): PlayLines {
  const lines: string[] = [];
  const add = (event: string, rest: string) => lines.push(`{"event":"${event}","seq":${lines.length + 1}${rest}}`);
  add(
    'span_start',
    `,"span_id":"${ROOT}","parent_id":"","name":"main","kind":"flow_root","at_ms":${AT_MS},"attempt":1,"input":"{}","source_file":"flow.py","source_line":6`,
  );
  for (let at = 0; at < spans; at++) {
    const spanId = sha1(`span|${at}`).slice(0, 16);
    add(
      'span_start',
      `,"span_id":"${spanId}","parent_id":"${ROOT}","name":"tiny","kind":"step","at_ms":${AT_MS + at},"attempt":1,"input":"{\\"i\\":${at}}","source_file":"flow.py","source_line":3`,
    );
    if (isRecorded) {
      const key = sha1(`step|${at}`);
      add(
        'step_output',
        `,"step_key":"${key}","span_id":"${spanId}","name":"tiny","output":"${at}","within":"${ROOT_KEY}"`,
      );
    }
    add('span_end', `,"span_id":"${spanId}","status":"ok","at_ms":${AT_MS + at + 1},"output":"${at}"`);
  }
  add('step_output', `,"step_key":"${ROOT_KEY}","span_id":"${ROOT}","name":"main","output":"1"`);
  add('span_end', `,"span_id":"${ROOT}","status":"ok","at_ms":${AT_MS + spans + 1},"output":"1"`);
  add('done', '');
  return { bytes: Buffer.from(`${lines.join('\n')}\n`), lastSeq: lines.length };
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
