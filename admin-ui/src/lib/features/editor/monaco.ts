// Monaco with the parts that reading and writing one Python file needs. Only imported when an editor is shown.

import { setStylesIn } from './strict-styles.ts';
import 'monaco-editor/features/bracketMatching/register.js';
import 'monaco-editor/features/clipboard/register.js';
import 'monaco-editor/features/codicon/register.js';
import 'monaco-editor/features/comment/register.js';
import 'monaco-editor/features/diffEditor/register.js';
import 'monaco-editor/features/find/register.js';
import 'monaco-editor/features/folding/register.js';
import 'monaco-editor/features/hover/register.js';
import 'monaco-editor/features/indentation/register.js';
import 'monaco-editor/features/linesOperations/register.js';
import 'monaco-editor/features/toggleTabFocusMode/register.js';
import 'monaco-editor/features/wordOperations/register.js';
import 'monaco-editor/languages/definitions/python/register.js';
import { editor, MarkerSeverity, Range } from 'monaco-editor/editor/editor.api.js';
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker';

Object.assign(self.MonacoEnvironment ?? {}, { getWorker: () => new EditorWorker() });

export { editor, MarkerSeverity, Range, setStylesIn };

const RULES = [
  ['keyword', '--syn-keyword'],
  ['string', '--syn-string'],
  ['number', '--syn-number'],
  ['comment', '--syn-comment'],
  ['tag', '--syn-decorator'],
] as const;

const COLOURS = [
  ['editor.background', '--bg-surface'],
  ['editor.foreground', '--fg-default'],
  ['editorLineNumber.foreground', '--fg-subtle'],
  ['editorLineNumber.activeForeground', '--fg-default'],
  ['editor.lineHighlightBackground', '--bg-hover'],
  ['editor.lineHighlightBorder', '--bg-hover'],
  ['editorGutter.background', '--bg-surface'],
  ['diffEditor.insertedLineBackground', '--diff-add-bg'],
  ['diffEditor.removedLineBackground', '--diff-del-bg'],
  ['diffEditor.insertedTextBackground', '--diff-add-word'],
  ['diffEditor.removedTextBackground', '--diff-del-word'],
  ['editorWidget.background', '--bg-raised'],
  ['focusBorder', '--focus'],
] as const;

/** Takes the colours of the page as they are now. */
export function applyTheme(): void {
  const probe = document.createElement('i');
  document.body.append(probe);
  const colour = (role: string) => {
    probe.style.color = `var(${role})`;
    const parts = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
    return parts
      .slice(0, 3)
      .map((p) => Math.round(Number(p)).toString(16).padStart(2, '0'))
      .join('');
  };
  const dark = getComputedStyle(document.documentElement).colorScheme === 'dark' || isDarkBySystem();
  editor.defineTheme('hero', {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: RULES.map(([token, role]) => ({ token, foreground: colour(role) })),
    colors: Object.fromEntries(COLOURS.map(([name, role]) => [name, `#${colour(role)}`])),
  });
  editor.setTheme('hero');
  probe.remove();
}

function isDarkBySystem(): boolean {
  return document.documentElement.dataset.theme === undefined && matchMedia('(prefers-color-scheme: dark)').matches;
}

/** The theme follows the page; give the result to the end of an effect. */
export function followTheme(): () => void {
  applyTheme();
  const system = matchMedia('(prefers-color-scheme: dark)');
  const switched = new MutationObserver(applyTheme);
  switched.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  system.addEventListener('change', applyTheme);
  return () => {
    switched.disconnect();
    system.removeEventListener('change', applyTheme);
  };
}

export const OPTIONS: editor.IStandaloneEditorConstructionOptions = {
  language: 'python',
  automaticLayout: true,
  fontSize: 12.5,
  lineHeight: 20,
  fontFamily:
    'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontLigatures: false,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  padding: { top: 8, bottom: 8 },
  tabSize: 4,
  renderLineHighlight: 'line',
  overviewRulerLanes: 0,
  scrollbar: { alwaysConsumeMouseWheel: false },
};
