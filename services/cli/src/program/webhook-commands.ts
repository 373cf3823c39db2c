// Definitions of webhook add, list, show, enable, disable, test, deliveries, resend, rotate and remove.

import type { Command } from 'commander';
import type { WebhookAddArgs, WebhookRotateArgs } from '../commands/webhook-add.ts';
import type { WebhookDeliveriesArgs, WebhookDisableArgs } from '../commands/webhook-show.ts';
import { collect, examples, type Shell } from './shared.ts';

const SID = '01kcs9h5w0x7v5t2m4q8n3z6ya';
const WHICH = 'sid of the webhook';

export function addWebhookCommands(program: Command, shell: Shell): void {
  const webhook = program
    .command('webhook')
    .description('tell other systems what happens to plays')
    .addHelpText(
      'after',
      examples('hero-logic webhook add https://example.com/hook --on play.failed', 'hero-logic webhook list'),
    );
  addAdd(webhook, shell);
  addPlain(webhook, shell);
  addChanging(webhook, shell);
  addDeliveries(webhook, shell);
}

function addAdd(webhook: Command, shell: Shell): void {
  webhook
    .command('add')
    .description('tell an address what happens to plays; prints its sid and its secret')
    .argument('<url>', 'http or https')
    .option('--on <event>', 'an event, such as play.failed or pause.asked; may be repeated (default: all)', collect)
    .option('--flow <name>', 'only plays of this flow (name or sid)')
    .option('--tag <name=value>', 'only plays with this tag; may be repeated', collect)
    .option('--slack', 'send {"text": ...}, as Slack and Mattermost take it')
    .option('--template <jsonata>', 'send what this JSONata expression gives, or @FILE, or @-')
    .option('--name <text>', 'for people')
    .option('--disabled', 'add it without telling it anything')
    .addHelpText(
      'after',
      examples(
        'hero-logic webhook add https://example.com/hook --on play.failed --on play.timed_out',
        'hero-logic webhook add https://hooks.slack.com/services/T0/B0/x --slack --on pause.asked --flow invoice',
        `hero-logic webhook add https://example.com/hook --template '{"sid": data.play.sid}' --tag customer=acme`,
      ),
    )
    .action(async (url: string, options: Omit<WebhookAddArgs, 'url'>) => {
      const { webhookAdd } = await import('../commands/webhook-add.ts');
      shell.end(await webhookAdd(await shell.connect(), { ...options, url }));
    });
}

function addPlain(webhook: Command, shell: Shell): void {
  webhook
    .command('list')
    .description('list the webhooks, newest first')
    .addHelpText('after', examples('hero-logic webhook list'))
    .action(async () => {
      const { webhookList } = await import('../commands/webhook-show.ts');
      shell.end(await webhookList(await shell.connect()));
    });

  const simple = {
    show: 'show a webhook, and how its deliveries go',
    test: 'send one webhook.test now, and say how that went',
    enable: 'tell a webhook again what happens, and send what waited',
    remove: 'delete a webhook, with what waits for it',
  } as const;
  for (const [name, description] of Object.entries(simple)) {
    webhook
      .command(name)
      .description(description)
      .argument('<sid>', WHICH)
      .addHelpText('after', examples(`hero-logic webhook ${name} ${SID}`))
      .action(async (sid: string) => {
        const { webhookEnable, webhookRemove, webhookShow, webhookTest } = await import('../commands/webhook-show.ts');
        const all = { show: webhookShow, test: webhookTest, enable: webhookEnable, remove: webhookRemove };
        shell.end(await all[name as keyof typeof simple](await shell.connect(), sid));
      });
  }
}

function addChanging(webhook: Command, shell: Shell): void {
  webhook
    .command('disable')
    .description('tell a webhook nothing until it is enabled')
    .argument('<sid>', WHICH)
    .option('--reason <text>', 'why, for people')
    .addHelpText('after', examples(`hero-logic webhook disable ${SID} --reason "moves to another host"`))
    .action(async (webhookSid: string, options: Omit<WebhookDisableArgs, 'webhookSid'>) => {
      const { webhookDisable } = await import('../commands/webhook-show.ts');
      shell.end(await webhookDisable(await shell.connect(), { ...options, webhookSid }));
    });

  webhook
    .command('rotate')
    .description('give a webhook a new secret, and print it')
    .argument('<sid>', WHICH)
    .option('--grace <time>', 'how long deliveries are signed with both: 0s, 10m, 2h, 3d (default: 24h)')
    .addHelpText('after', examples(`hero-logic webhook rotate ${SID} --grace 7d`))
    .action(async (webhookSid: string, options: Omit<WebhookRotateArgs, 'webhookSid'>) => {
      const { webhookRotate } = await import('../commands/webhook-add.ts');
      shell.end(await webhookRotate(await shell.connect(), { ...options, webhookSid }));
    });
}

function addDeliveries(webhook: Command, shell: Shell): void {
  webhook
    .command('deliveries')
    .description('list what a webhook was told, newest first, and how that went')
    .argument('<sid>', WHICH)
    .option('--dead', 'only what was given up')
    .addHelpText('after', examples(`hero-logic webhook deliveries ${SID} --dead`))
    .action(async (webhookSid: string, options: Omit<WebhookDeliveriesArgs, 'webhookSid'>) => {
      const { webhookDeliveries } = await import('../commands/webhook-show.ts');
      shell.end(await webhookDeliveries(await shell.connect(), { ...options, webhookSid }));
    });

  webhook
    .command('resend')
    .description('send again what was given up, or one delivery, also one that waits for its next attempt')
    .argument('<sid>', WHICH)
    .argument('[delivery]', 'id of one delivery (default: all that were given up)')
    .addHelpText('after', examples(`hero-logic webhook resend ${SID}`))
    .action(async (webhookSid: string, deliveryId: string | undefined) => {
      const { webhookResend } = await import('../commands/webhook-show.ts');
      const which = deliveryId === undefined ? {} : { deliveryId };
      shell.end(await webhookResend(await shell.connect(), { webhookSid, ...which }));
    });
}
