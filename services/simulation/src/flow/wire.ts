// The play's end of the wire (docs/wire.md): what it sends is numbered, and it can wait until that is durable.

export interface Answered {
  readonly payload?: string;
  readonly expired?: boolean;
  readonly error?: string;
}

export interface Wire {
  /** Gives its seq. */
  send(event: object): number;
  /** Resolves with the reply. */
  request(event: string, fields: object): Promise<void>;
  /** A line of the executor. */
  hear(line: object): void;
  acked(seq: number): Promise<void>;
  /** Up to the last output that was sent. */
  outputsAcked(): Promise<void>;
  /** The answer that came with the ack of a pause. */
  answerOf(resumeId: string): Answered | undefined;
}

interface Heard {
  readonly ack?: number;
  readonly resume?: Answered & { readonly id: string };
  readonly id?: string;
  readonly error?: { readonly reason: string; readonly message: string };
}

export interface WireOptions {
  readonly write: (line: string) => void;
  /** An output that was sent is durable, as the executor says. */
  readonly onDurable: (stepKey: string, output: string) => void;
}

export function createWire({ write, onDurable }: WireOptions): Wire {
  const answers = new Map<string, Answered>();
  const requests = new Map<string, PromiseWithResolvers<void>>();
  const waiting = new Set<{ readonly seq: number; readonly resolve: () => void }>();
  let outputs: { readonly seq: number; readonly stepKey: string; readonly output: string }[] = [];
  let seq = 0;
  let acked = 0;
  let lastOutput = 0;

  function ack(to: number): void {
    acked = Math.max(acked, to);
    for (const one of outputs) if (one.seq <= acked) onDurable(one.stepKey, one.output);
    outputs = outputs.filter((one) => one.seq > acked);
    for (const one of [...waiting]) {
      if (one.seq > acked) continue;
      waiting.delete(one);
      one.resolve();
    }
  }

  const until = (at: number): Promise<void> =>
    at <= acked ? Promise.resolve() : new Promise((resolve) => waiting.add({ seq: at, resolve }));

  const wire: Wire = {
    async request(event, fields) {
      const id = `r${seq + 1}`;
      const reply = Promise.withResolvers<void>();
      requests.set(id, reply);
      wire.send({ event, id, ...fields });
      await reply.promise;
    },
    send(event) {
      seq += 1;
      const { event: kind, step_key: stepKey, output } = event as { event: string; step_key?: string; output?: string };
      if (kind === 'step_output') {
        outputs.push({ seq, stepKey: stepKey ?? '', output: output ?? '' });
        lastOutput = seq;
      }
      write(JSON.stringify({ seq, ...event }));
      return seq;
    },
    hear(line) {
      const { ack: to, resume, id = '', error } = line as Heard;
      if (to !== undefined) ack(to);
      if (resume !== undefined) answers.set(resume.id, resume);
      if (error === undefined) requests.get(id)?.resolve();
      else requests.get(id)?.reject(new Error(`${error.reason}: ${error.message}`));
    },
    acked: until,
    outputsAcked: () => until(lastOutput),
    answerOf: (resumeId) => answers.get(resumeId),
  };
  return wire;
}
