/**
 * The talk with the process of a dry replay: everything it sends is acknowledged and forgotten, except its report and
 * its requests for flows of the library. Nothing is written.
 */

import { createMemberReader } from '../domain/member-reader.ts';
import type { Interpreter } from '../interpreters/interpreter.ts';
import type { FoundWorkflow } from '../run/catalog.ts';

export interface DryReport {
  readonly matched: number;
  readonly recorded: number;
  readonly expected: string;
  readonly met: string;
  readonly sourceFile: string;
  readonly sourceLine: number;
  readonly message: string;
  readonly reached: string;
}

export interface DryTalk {
  report(): DryReport | undefined;
}

export type Lookup = (name: string, versionSid: string) => Promise<FoundWorkflow>;

const MAX_NAME = 1000;
const MAX_TEXT = 8192;

export function talkDry(process: Interpreter, lookup: Lookup): DryTalk {
  let report: DryReport | undefined;
  let seq = 0;

  function one(line: string): void {
    let event: Record<string, unknown>;
    try {
      event = JSON.parse(line) as Record<string, unknown>;
    } catch {
      return; // a play may write what it likes; only its report counts
    }
    if (typeof event !== 'object' || event === null) return;
    if (typeof event.seq === 'number' && event.seq > seq) seq = event.seq;
    if (event.event === 'dry_replay') report ??= readReport(event);
    else if (typeof event.id === 'string') void answer(event.id, event);
  }

  async function answer(id: string, { event, name, version_sid: versionSid }: Record<string, unknown>): Promise<void> {
    if (event !== 'lookup') {
      process.send({ id, error: { reason: 'METHOD_NOT_FOUND', message: 'a dry replay only looks up flows' } });
      return;
    }
    try {
      process.send({ id, result: await lookup(String(name), typeof versionSid === 'string' ? versionSid : '') });
    } catch (error) {
      process.send({ id, error: { reason: 'WORKFLOW_NOT_FOUND', message: (error as Error).message } });
    }
  }

  process.onLines((lines) => {
    for (const line of lines) if (line !== '') one(line);
    process.ack(seq);
  });
  return { report: () => report };
}

function readReport(event: Record<string, unknown>): DryReport | undefined {
  const members = createMemberReader(event);
  const report = {
    matched: members.count('matched', 0),
    recorded: members.count('recorded', 0),
    expected: members.text('expected', MAX_NAME),
    met: members.text('met', MAX_NAME),
    sourceFile: members.text('source_file', MAX_NAME),
    sourceLine: members.count('source_line', 0),
    message: members.text('message', MAX_TEXT),
    reached: members.text('reached', MAX_TEXT),
  };
  return members.violations.length === 0 ? report : undefined;
}
