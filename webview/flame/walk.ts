/** Walking from frame to frame with the arrow keys, and from match to match. */
import type { Range } from './lod';
import type { Model } from './model';

export type Direction = 'parent' | 'child' | 'left' | 'right';

/**
 * The frame one step from `row`; undefined when there is none. `child` goes to the widest child, or back to where the
 * user came from: `trail` is the deepest row last walked to. `left` and `right` go along the row, to the sibling and
 * then to the next frame of the same depth, and stay within `range`.
 */
export function step(model: Model, row: number, direction: Direction, range: Range, trail: number): number | undefined {
  switch (direction) {
    case 'parent':
      return model.depth(row) === 0 ? undefined : model.parent[row];
    case 'child':
      if (trail !== row && model.contains(row, trail)) return model.ancestor(trail, model.depth(row) + 1);
      return model.widestChild(row);
    case 'left':
    case 'right': {
      const depth = model.depth(row);
      const at = model.place[row]! + (direction === 'left' ? -1 : 1);
      if (at < model.depthStart[depth]! || at >= model.depthStart[depth + 1]!) return undefined;
      const next = model.order[at]!;
      return model.left(next) < range.to && model.right(next) > range.from ? next : undefined;
    }
  }
}

/**
 * The next (or previous) matching row after `row`, in the order of the tree, wrapping at the end; undefined without a
 * match. Only rows in the subtree of `within`, the zoomed frame.
 */
export function nextHit(
  model: Model,
  row: number,
  back: boolean,
  functions: ReadonlySet<number>,
  within: number,
): number | undefined {
  const first = within;
  const count = model.end(within) - first;
  const from = model.contains(within, row) ? row - first : back ? 0 : count - 1;
  for (let k = 1; k <= count; k++) {
    const i = first + ((from + (back ? count - k : k)) % count);
    if (functions.has(model.tree.fn[i]!)) return i;
  }
  return undefined;
}
