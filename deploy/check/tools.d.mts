export function ensureHelm(): string;
export function ensureKubernetesValidate(): string;
export function ensureApiServer(): string;
export function ensureEtcd(): string;
export function chartToolsMissing(): { readonly what: string; readonly off: string } | undefined;
export function run(
  command: string,
  args: readonly string[],
  options?: { cwd?: string; env?: Record<string, string>; input?: string },
): string;
export function say(text: string): void;
