// Contract: with the commands alone: a flow is found by words that it does not spell that way; a play that was answered becomes an example, and a play
// of the example runs to the same output without asking; the flow with its example goes into a folder and comes back after it was deleted.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BIN, command, type LocalRun, startLocalRun } from './support/local-run.ts';

const FLOW = `
from hero_tracing import ask_user, flow

@flow
def draw_up(customer: str, items: list):
    """Adds up the positions of a bill."""
    return len(items)

@flow(name="invoice", description="Writes an invoice")
def main(customer: str, items: list = []):
    count = draw_up(customer, items)
    tone = ask_user.text("Which tone?")
    extras = ask_user.multi_choice("Extras?", ["fast", "gift"])
    return {"text": f"{tone} {customer}: {count}", "extras": extras}
`;

const desk = mkdtempSync(join(tmpdir(), 'hl-desk-'));
let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
  writeFileSync(join(desk, 'invoice.py'), FLOW);
}, 120_000);
afterAll(async () => {
  await run.remove();
  rmSync(desk, { recursive: true, force: true });
});

async function cli(...argv: string[]): Promise<{ out: string; code: number }> {
  const { stdout, code } = await command(process.execPath, [BIN, ...argv], { cwd: desk, env: run.env });
  return { out: stdout, code: code ?? -1 };
}

it('finds a flow, saves a play of it and brings it back', { timeout: 180_000 }, async () => {
  await cli('flow', 'add', 'invoice.py');
  expect((await cli('flow', 'search', 'adding', 'up', 'poitions')).out).toContain('invoice');
  const play = (await cli('play', 'start', 'invoice', '-i', 'customer=ACME', '-i', 'items=[1, 2.0]')).out.trim();
  await run.rpc('play_wait', { play_sid: play, timeout_ms: 60_000 });
  await cli('play', 'answer', play, 'warm');
  await run.rpc('play_wait', { play_sid: play, timeout_ms: 60_000 });
  const early = await command(process.execPath, [BIN, 'example', 'save', play, 'small'], { cwd: desk, env: run.env });
  expect(early.stderr).toContain('[PLAY_NOT_ENDED]');
  await cli('play', 'answer', play, 'fast,gift');
  const ended = await run.rpc<{ status: string; output_data: string }>('play_wait', {
    play_sid: play,
    timeout_ms: 60_000,
  });
  expect(ended).toMatchObject({ status: 'success' });
  expect((await cli('example', 'save', play, 'small')).out).toContain('small: 2 inputs, answers to 2 questions');
  const again = await cli('play', 'start', 'invoice', '--example', 'small', '--wait');
  expect(again).toMatchObject({ code: 0 });
  expect(JSON.parse(again.out)).toEqual(JSON.parse(ended.output_data));

  await cli('flow', 'export', 'flows', 'invoice');
  const { sid } = await run.rpc<{ sid: string }>('workflow_get', { name: 'invoice' });
  await run.rpc('workflow_delete', { workflow_sid: sid });
  expect((await cli('flow', 'import', 'flows', '--dry-run')).out).toBe(
    'invoice: created, version 1 added, example "small" added\n',
  );
  expect((await cli('flow', 'import', 'flows')).out).toBe('invoice: created, version 1 added, example "small" added\n');
  expect((await cli('flow', 'import', 'flows')).out).toBe('invoice: no change\n');
  expect((await cli('play', 'start', 'invoice', '--example', 'small', '--wait')).code).toBe(0);
});
