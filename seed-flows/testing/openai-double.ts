// openai_double.py in a process of its own: a local endpoint for models that answers by the rules of a file.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface OpenAiDouble {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startOpenAiDouble(): Promise<OpenAiDouble> {
  const [script = '', rules = ''] = ['openai_double.py', 'rules.json'].map((file) =>
    fileURLToPath(new URL(file, import.meta.url)),
  );
  const child = spawn('python3', [script, rules], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
