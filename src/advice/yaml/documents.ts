/** The documents of a text, with their aliases followed, their merges looked through and their duplicates known. */
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Alias,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Span } from '../types';
import { isTemplated, type YamlText } from './yamlText';

/** Deeper than any manifest; what is deeper is left out rather than gone into. */
const MAX_DEPTH = 200;

export interface Doc {
  readonly source: YamlText;
  readonly root: At;
}

/** The documents that parse. One that is half typed is left out, the others stay. */
export function documentsOf(source: YamlText): Doc[] {
  if (tooDeep(source.text)) return [];
  let parsed;
  // The reader calls itself for each level: `- - - -…` can be deeper than its stack.
  try {
    parsed = parseAllDocuments(source.text, {
      uniqueKeys: false,
      logLevel: 'silent',
      keepSourceTokens: false,
      prettyErrors: false,
    });
  } catch {
    return [];
  }
  const docs: Doc[] = [];
  for (const doc of parsed) {
    if (doc.errors.length > 0 || !isNode(doc.contents)) continue;
    const anchors = anchorsOf(doc.contents);
    if (anchors === undefined) continue;
    const root = doc.contents;
    docs.push({ source, root: new At({ source, anchors }, root, undefined, !anchors.shared.has(root), false) });
  }
  return docs;
}

/**
 * Flow collections nested deeper than `MAX_DEPTH`, told without parsing; brackets in strings count too, which does no
 * harm.
 */
function tooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5b || c === 0x7b) {
      if (++depth > MAX_DEPTH) return true;
    } else if ((c === 0x5d || c === 0x7d) && depth > 0) depth--;
    else if (c === 0x0a && text.startsWith('---', i + 1)) depth = 0;
  }
  return false;
}

interface Anchors {
  /** Nodes by anchor, in the order of the text. */
  readonly byName: ReadonlyMap<string, readonly Node[]>;
  /** Nodes with an anchor that an alias uses: a change there changes other places too. */
  readonly shared: ReadonlySet<Node>;
}

function anchorsOf(root: Node): Anchors | undefined {
  const byName = new Map<string, Node[]>();
  const used = new Set<string>();
  const stack: { node: unknown; depth: number }[] = [{ node: root, depth: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth } = top;
    if (depth > MAX_DEPTH) return undefined;
    if (isAlias(node)) {
      used.add(node.source);
      continue;
    }
    if (isPair(node)) {
      stack.push({ node: node.value, depth: depth + 1 }, { node: node.key, depth: depth + 1 });
      continue;
    }
    if (!isNode(node)) continue;
    if ('anchor' in node && typeof node.anchor === 'string') {
      const list = byName.get(node.anchor);
      if (list === undefined) byName.set(node.anchor, [node]);
      else list.push(node);
    }
    if (isMap(node) || isSeq(node))
      for (let i = node.items.length - 1; i >= 0; i--) stack.push({ node: node.items[i], depth: depth + 1 });
  }
  const shared = new Set<Node>();
  for (const name of used) for (const node of byName.get(name) ?? []) shared.add(node);
  return { byName, shared };
}

interface Context {
  readonly source: YamlText;
  readonly anchors: Anchors;
}

/** A node and how it was come to. */
export class At {
  constructor(
    private readonly context: Context,
    readonly node: Node,
    /** The key whose value this is. */
    readonly key: Scalar | undefined,
    /**
     * Written here and for here alone: not come to through an alias or a merge, nor under an anchor that others use.
     */
    readonly own: boolean,
    /** The key stands more than once in its map. */
    readonly twice: boolean,
    /** What stands in its place when it was come to through an alias. */
    private readonly alias?: Alias,
  ) {}

  get source(): YamlText {
    return this.context.source;
  }
  get map(): YAMLMap | undefined {
    return isMap(this.node) ? this.node : undefined;
  }
  get seq(): YAMLSeq | undefined {
    return isSeq(this.node) ? this.node : undefined;
  }
  get scalar(): Scalar | undefined {
    return isScalar(this.node) ? this.node : undefined;
  }

  /**
   * A scalar as it is written, whatever its type; undefined for what is none, for null, and for what a template makes.
   */
  get text(): string | undefined {
    if (!isScalar(this.node) || this.node.value === null || this.node.value === undefined) return undefined;
    if (isTemplated(this.source, this.span)) return undefined;
    return typeof this.node.value === 'string' ? this.node.value : (this.node.source ?? String(this.node.value));
  }

  get isNull(): boolean {
    return isScalar(this.node) && this.node.value === null;
  }

  /** In the source's offsets, without comments and white space behind. */
  get span(): Span {
    const [start, end] = this.node.range ?? [0, 0];
    return { start, end: trimmed(this.source.text, start, end) };
  }

  /** Key and value together, or the value alone; of a value behind an alias, which stands further up, the alias. */
  get whole(): Span {
    const own =
      this.alias?.range === undefined || this.alias.range === null
        ? this.span
        : { start: this.alias.range[0], end: this.alias.range[1] };
    return { start: this.key?.range?.[0] ?? own.start, end: own.end };
  }

  get keySpan(): Span {
    return this.key?.range ? { start: this.key.range[0], end: this.key.range[1] } : this.span;
  }

  get(key: string, insensitive = false): At | undefined {
    return this.#get(key, insensitive, 0);
  }

  #get(key: string, insensitive: boolean, depth: number): At | undefined {
    const map = this.map;
    if (map === undefined || depth > 8) return undefined;
    let found: Pair | undefined;
    let count = 0;
    const merges: Node[] = [];
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
      if (name === key || (insensitive && name?.toLowerCase() === key.toLowerCase())) {
        found = pair;
        count++;
      }
      if (name === '<<' && isNode(pair.value)) merges.push(pair.value);
    }
    if (found !== undefined)
      return isNode(found.value)
        ? this.#at(found.value, isScalar(found.key) ? found.key : undefined, count > 1)
        : undefined;
    for (const merge of merges) {
      const from = this.#at(merge, undefined, false);
      for (const one of from?.seq ? from.items() : from ? [from] : []) {
        const value = one.#get(key, insensitive, depth + 1);
        if (value !== undefined) return new At(this.context, value.node, value.key, false, value.twice, value.alias);
      }
    }
    return undefined;
  }

  /** By keys parted with '.'. */
  path(path: string, insensitive = false): At | undefined {
    return path.split('.').reduce<At | undefined>((at, key) => at?.get(key, insensitive), this);
  }

  /** Of a sequence; of anything else none. */
  items(): At[] {
    return (this.seq?.items ?? []).flatMap((n) => {
      const at = isNode(n) ? this.#at(n, undefined, false) : undefined;
      return at === undefined ? [] : [at];
    });
  }

  /** Of a map, those written in it. */
  entries(): [string, At][] {
    return (this.map?.items ?? []).flatMap((p) => {
      const at = isNode(p.value) ? this.#at(p.value, isScalar(p.key) ? p.key : undefined, false) : undefined;
      return at === undefined || !isScalar(p.key) ? [] : [[String(p.key.value), at]];
    });
  }

  /** True when the map has entries from elsewhere. */
  get merges(): boolean {
    return this.map?.items.some((p) => isScalar(p.key) && p.key.value === '<<') ?? false;
  }

  #at(node: Node, key: Scalar | undefined, twice: boolean): At | undefined {
    if (!isAlias(node))
      return new At(this.context, node, key, this.own && !this.context.anchors.shared.has(node), twice);
    const at = node.range?.[0] ?? 0;
    const target = this.context.anchors.byName.get(node.source)?.findLast((n) => (n.range?.[0] ?? 0) < at);
    return target === undefined || isAlias(target) ? undefined : new At(this.context, target, key, false, twice, node);
  }
}

function trimmed(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(text[at - 1] ?? '')) at--;
  return at;
}
