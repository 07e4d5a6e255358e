/** Writes to a reconciler's own fields that two workers may do at the same time. */
import { all, bare, enclosing, type Node } from '../go/grammar';
import type { GoFile } from '../go/file';
import type { GoPackage } from '../go/package';
import { byPointer, listed, parametersOf, receiverName, writesOf } from './locals';
import { reachedFrom, type Placed } from './reconcilers';

export interface Race {
  readonly file: GoFile;
  /** What is written: `r.seen[req.Name]`. */
  readonly target: Node;
  /** The field, as the receiver calls it: "r.seen". */
  readonly field: string;
}

/**
 * Fields of `type` that `method` and what it calls write without a lock, each field once, by its first place. Empty
 * when any of these functions takes a lock: who holds it when can't be told from the text.
 */
export function racesOf(type: string, method: string, pkg: GoPackage): Race[] {
  const start = pkg.func(`${type}.${method}`);
  if (start === undefined) return [];
  const reached = reachedFrom(start, pkg).filter((p) => p.func.receiver === type);
  if (reached.some((p) => /\.(R?Lock|TryLock|Acquire)\(/.test(p.func.body?.text ?? ''))) return [];
  const seen = new Set<string>();
  return reached
    .flatMap((p) => writesIn(p))
    .filter((r) => {
      const name = r.field.slice(r.field.indexOf('.'));
      return !seen.has(name) && seen.add(name);
    });
}

function writesIn({ file, func }: Placed): Race[] {
  const self = receiverName(func);
  if (func.body === undefined || self === undefined || self === '_') return [];
  if (parametersOf(func).some((p) => p.name === self) || writesOf(func, self).length > 0) return [];
  const pointer = byPointer(func);
  const out: Race[] = [];
  const add = (target: Node): void => {
    const field = fieldOf(target, self, pointer);
    if (field !== undefined && !once(target)) out.push({ file, target, field });
  };
  for (const node of all(func.body, 'assignment_statement', 'inc_statement', 'dec_statement', 'call_expression')) {
    if (node.type === 'assignment_statement')
      for (const target of listed(node.childForFieldName('left'))) add(bare(target));
    else if (node.type !== 'call_expression') {
      const target = node.namedChild(0);
      if (target !== null) add(bare(target));
    } else if (node.childForFieldName('function')?.text === 'delete') {
      const map = node.childForFieldName('arguments')?.namedChild(0);
      if (map) add(bare(map));
    }
  }
  return out;
}

/** `r.seen` of `r.seen[k]`, `r.stats.count`; undefined for what is not a field of the receiver, or of a copy of it. */
function fieldOf(target: Node, self: string, pointer: boolean): string | undefined {
  // A receiver by value is a copy: only what it points to is shared, of which a map's element is sure to be.
  let shared = pointer || target.parent?.type === 'argument_list';
  let node = target;
  for (let step = 0; step < 16; step++) {
    if (node.type === 'index_expression') {
      shared = true;
      node = bare(node.childForFieldName('operand') ?? node);
      continue;
    }
    if (node.type !== 'selector_expression') return undefined;
    const on = bare(node.childForFieldName('operand') ?? node);
    if (on.type === 'identifier') return on.text === self && shared ? node.text : undefined;
    node = on;
  }
  return undefined;
}

/** True within `once.Do(func() { … })`. */
function once(node: Node): boolean {
  const literal = enclosing(node, 'func_literal');
  const call = literal?.parent?.parent;
  return call?.type === 'call_expression' && /\.Do$/.test(call.childForFieldName('function')?.text ?? '');
}
