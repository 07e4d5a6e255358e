/** What each key does. The handler, the foot and the help share this list. */

export type Action =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'zoom'
  | 'back'
  | 'root'
  | 'search'
  | 'next'
  | 'previous'
  | 'flip'
  | 'open'
  | 'keys'
  | 'reset'
  | 'filter'
  | 'cut'
  | 'view';

/** A key as the help shows it, and what it does. `foot`: a short text for keys that are always shown in the foot. */
export interface KeyHelp {
  readonly keys: readonly string[];
  readonly does: string;
  readonly foot?: string;
}

export const HELP: readonly KeyHelp[] = [
  { keys: ['/', 'Ctrl+F'], does: 'Search; text, or a /regular expression/', foot: 'search' },
  { keys: ['↑', '↓', '←', '→'], does: 'Walk to the parent, a child, the frames beside', foot: 'walk' },
  { keys: ['Enter'], does: 'Zoom into the focused frame', foot: 'zoom' },
  { keys: ['Esc', 'Backspace'], does: 'Back to the zoom before', foot: 'back' },
  { keys: ['0'], does: 'Reset the zoom' },
  { keys: ['Home'], does: 'Focus the root' },
  { keys: ['n', 'N'], does: 'Next, previous match' },
  { keys: ['o'], does: 'Open the source of the focused frame' },
  { keys: ['i'], does: 'Turn it over: icicle (root at the top) or flame (root at the bottom)', foot: 'flip' },
  { keys: ['f'], does: 'Add a filter: focus, ignore, hide, show, labels, granularity' },
  { keys: ['c'], does: 'Cut the framework: each Reconcile is a root' },
  { keys: ['1', '…', '4'], does: 'Flame, tree, sandwich, top' },
  { keys: ['Shift+F10'], does: 'What can be done with the selected function' },
  { keys: ['?'], does: 'Show or hide these keys', foot: 'keys' },
];

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const PLAIN: Readonly<Record<string, Action>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Enter: 'zoom',
  Escape: 'back',
  Backspace: 'back',
  Home: 'root',
  '/': 'search',
  n: 'next',
  N: 'previous',
  i: 'flip',
  o: 'open',
  '?': 'keys',
  0: 'reset',
  f: 'filter',
  c: 'cut',
  1: 'view',
  2: 'view',
  3: 'view',
  4: 'view',
};

/** The action of a key press; undefined for other keys. */
export function actionOf(e: KeyPress): Action | undefined {
  if (e.altKey) return undefined;
  if (e.ctrlKey || e.metaKey) return e.key === 'f' || e.key === 'F' ? 'search' : undefined;
  return PLAIN[e.key];
}

/**
 * Actions that only mean something while the picture or the tree has the focus: elsewhere these keys belong to the
 * focused control.
 */
export const WALKING: ReadonlySet<Action> = new Set<Action>(['up', 'down', 'left', 'right', 'zoom', 'root', 'back']);

/** True when the key goes to a text field or a select. */
export function isTyping(e: Event): boolean {
  return e
    .composedPath()
    .some(
      (n) =>
        n instanceof Element &&
        (n.matches('input, textarea, [contenteditable]') || n.localName === 'vscode-single-select'),
    );
}
