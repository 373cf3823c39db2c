// trigger rotate, test and deliveries: what webhooks have beside other triggers.

import {
  DeliveryResult,
  HookDeliverySchema,
  type Trigger,
  TriggerSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { readSpan } from '../input/read-time.ts';
import { createReadValue } from '../input/read-value.ts';
import { tableLines } from '../text/table.ts';
import { isoTime } from './trigger-show.ts';

const SHOWN = 50;

/** Where to post, and the secret, which is shown this once. */
export function tellHook({ io, json, server }: Context, trigger: Trigger): ExitCode {
  if (json) io.out(`${JSON.stringify(toJson(TriggerSchema, trigger))}\n`);
  else {
    io.out(`${trigger.sid} (POST ${server}${trigger.hookPath})\n${trigger.webhookSecret}\n`);
    io.err('The second line is the secret of the senders; it is not shown again.\n');
  }
  return EXIT.ok;
}

export interface TriggerRotateArgs {
  readonly triggerSid: string;
  readonly grace?: string;
}

export async function triggerRotate(context: Context, { triggerSid, grace }: TriggerRotateArgs): Promise<ExitCode> {
  const span = grace === undefined ? {} : { grace: readSpan(grace, '--grace') };
  return tellHook(context, await context.clients.triggers.rotateTriggerSecret({ triggerSid, ...span }));
}

export async function triggerTest({ clients, io, json }: Context, triggerSid: string, text: string): Promise<ExitCode> {
  const body = await createReadValue(io)(text, 'the body');
  const { inputData } = await clients.triggers.testTrigger({ triggerSid, body });
  io.out(json ? `${JSON.stringify({ input_data: inputData })}\n` : `${inputData}\n`);
  return EXIT.ok;
}

export async function triggerDeliveries({ clients, io, json }: Context, triggerSid: string): Promise<ExitCode> {
  const { deliveries } = await clients.triggers.listHookDeliveries({ triggerSid, pageSize: SHOWN });
  if (json) {
    io.out(`${JSON.stringify({ deliveries: deliveries.map((d) => toJson(HookDeliverySchema, d)) })}\n`);
    return EXIT.ok;
  }
  const rows = deliveries.map((d) => [
    isoTime(d.at),
    d.webhookId,
    DeliveryResult[d.result]?.toLowerCase() ?? '',
    d.playSid,
    d.reason === '' ? '' : `${d.message} [${d.reason}]`,
  ]);
  const head = ['AT', 'ID', 'RESULT', 'PLAY', 'REASON'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  else io.err('Nothing was delivered yet.\n');
  return EXIT.ok;
}
