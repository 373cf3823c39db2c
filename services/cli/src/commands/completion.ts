// completion SHELL: a script made from the commands themselves, so that it never lags behind them. Flow names are asked of the
// server; without one there are none.

import type { Command } from 'commander';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { UsageError } from '../core/usage-error.ts';
import { allFlows } from './flow-list.ts';

interface Entry {
  /** "play start"; empty for the command itself. */
  readonly path: string;
  readonly words: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly { readonly name: string; readonly description: string; readonly takesValue: boolean }[];
  /** Its first argument, or --flow, is the name of a flow. */
  readonly takesFlow: boolean;
}

export function completionScript(shell: string, program: Command): string {
  const entries = entriesOf(program);
  if (shell === 'bash') return bash(entries);
  if (shell === 'zsh') return `autoload -U +X bashcompinit && bashcompinit\n${bash(entries)}`;
  if (shell === 'fish') return fish(entries);
  throw new UsageError(`there is no completion for "${shell}"; there is for bash, zsh and fish`);
}

/** Names only, one a line; a server that does not answer has none. */
export async function completeFlows(context: Context): Promise<ExitCode> {
  try {
    for (const flow of await allFlows(context.clients, {})) context.io.out(`${flow.name}\n`);
  } catch {
    // A completion that prints an error spoils the line being typed.
  }
  return EXIT.ok;
}

function entriesOf(program: Command): Entry[] {
  const globals = optionsOf(program);
  const walk = (command: Command, path: string): Entry[] => {
    const visible = command.createHelp().visibleCommands(command);
    const words = visible.map((c) => ({ name: c.name(), description: c.description() }));
    const own = command === program ? [] : optionsOf(command);
    const entry = {
      path,
      words: path === 'completion' ? ['bash', 'zsh', 'fish'].map((name) => ({ name, description: '' })) : words,
      options: [...own, ...globals],
      takesFlow: command.registeredArguments[0]?.name() === 'flow',
    };
    const below = visible.filter((c) => c.name() !== 'help');
    return [entry, ...below.flatMap((c) => walk(c, path === '' ? c.name() : `${path} ${c.name()}`))];
  };
  return walk(program, '');
}

function optionsOf(command: Command): Entry['options'] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((o) => ({ name: o.long ?? o.flags, description: o.description, takesValue: o.required || o.optional }));
}

function bash(entries: readonly Entry[]): string {
  const paths = entries.filter((e) => e.path !== '').map((e) => `'${e.path}'`);
  const valued = [...new Set(entries.flatMap((e) => e.options.filter((o) => o.takesValue).map((o) => o.name)))];
  const cases = entries.map((e) => {
    const words = [...e.words.map((w) => w.name), ...e.options.map((o) => o.name)].join(' ');
    return `    '${e.path}') words='${words}'${e.takesFlow ? ' flow=1' : ''} ;;`;
  });
  return `# Completion of hero-logic. Use: source <(hero-logic completion bash)
_hero_logic() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev='' path='' words='' flow='' word try i name
  (( COMP_CWORD > 0 )) && prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --output|-o) COMPREPLY=( $(compgen -W 'text json' -- "$cur") ); return ;;
    --flow) flow=1 ;;
    --flows) COMPREPLY=( $(compgen -d -- "$cur") ); return ;;
    ${valued.filter((o) => !['--output', '--flow', '--flows'].includes(o)).join('|')}|-i) COMPREPLY=( $(compgen -f -- "$cur") ); return ;;
  esac
  for (( i = 1; i < COMP_CWORD; i++ )); do
    word=\${COMP_WORDS[i]}
    try=\${path:+$path }$word
    for name in ${paths.join(' ')}; do
      [[ $name == "$try" ]] && path=$try
    done
  done
  case $path in
${cases.join('\n')}
  esac
  if [[ $prev == --flow || ( -n $flow && $cur != -* ) ]]; then
    while IFS= read -r name; do
      [[ $name == "$cur"* ]] && COMPREPLY+=( "$(printf '%q' "$name")" )
    done < <(hero-logic complete-flows 2>/dev/null)
    return
  fi
  if [[ $cur != -* && $path == 'flow add' ]]; then
    COMPREPLY=( $(compgen -f -- "$cur") )
    return
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}
complete -F _hero_logic hero-logic
`;
}

function fish(entries: readonly Entry[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = [
    '# Completion of hero-logic. Use: hero-logic completion fish > ~/.config/fish/completions/hero-logic.fish',
  ];
  lines.push('complete -c hero-logic -f');
  for (const entry of entries) {
    const words = entry.path === '' ? [] : entry.path.split(' ');
    const children = entry.words.map((w) => w.name).join(' ');
    const seen = words.map((w) => `__fish_seen_subcommand_from ${w}`);
    const not = children === '' ? [] : [`not __fish_seen_subcommand_from ${children}`];
    const here = words.length === 0 ? '__fish_use_subcommand' : [...seen, ...not].join('; and ');
    for (const word of entry.words) {
      lines.push(`complete -c hero-logic -n ${quote(here)} -a ${word.name} -d ${quote(word.description)}`);
    }
    for (const option of entry.options) {
      const value = option.takesValue ? ' -r' : '';
      const flow = option.name === '--flow' ? " -a '(hero-logic complete-flows 2>/dev/null)'" : '';
      const long = option.name.replace(/^--/, '');
      lines.push(`complete -c hero-logic -n ${quote(here)} -l ${long}${value}${flow} -d ${quote(option.description)}`);
    }
    if (entry.takesFlow)
      lines.push(`complete -c hero-logic -n ${quote(here)} -a '(hero-logic complete-flows 2>/dev/null)'`);
    if (entry.path === 'flow add') lines.push(`complete -c hero-logic -n ${quote(here)} -F`);
  }
  return `${lines.join('\n')}\n`;
}
