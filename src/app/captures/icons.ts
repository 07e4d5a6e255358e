/** The icon of a kind of capture, in lists and in the tree. */
import type { CaptureKind, GoKind } from '../../captures/types';

const ICON: Readonly<Record<GoKind | 'metrics', string>> = {
  cpu: 'pulse',
  goroutine: 'list-tree',
  heap: 'database',
  allocs: 'graph',
  block: 'debug-pause',
  mutex: 'lock',
  threadcreate: 'layers',
  goroutineleak: 'flame',
  trace: 'history',
  metrics: 'graph-line',
};

/** Name of a codicon. */
export function kindIcon(kind: CaptureKind): string {
  return Object.hasOwn(ICON, kind) ? ICON[kind as GoKind] : 'symbol-misc';
}
