/** Go sources as trees. The grammar is WebAssembly whose bytes the caller brings: this room reads no files. */
import { Edit as TreeEdit, Language, Parser, type Node, type Tree } from 'web-tree-sitter';

export type { Node, Tree } from 'web-tree-sitter';

/** What changed in a text: `start` to `end` of the old one became as long as `length`. UTF-16 code units. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

export class Grammar {
  private constructor(private readonly parser: Parser) {}

  /** `runtime`: web-tree-sitter.wasm; `go`: tree-sitter-go.wasm. Takes 10–30 ms; once a process is enough. */
  static async load(runtime: Uint8Array, go: Uint8Array): Promise<Grammar> {
    await Parser.init({ wasmBinary: runtime as unknown as ArrayBuffer });
    const parser = new Parser();
    parser.setLanguage(await Language.load(go));
    return new Grammar(parser);
  }

  /** The caller owns the tree: `delete()` it. */
  parse(text: string): Tree {
    const tree = this.parser.parse(text);
    if (tree === null) throw new Error('the parser has no language');
    return tree;
  }

  /** A tree of `text`, with what did not change taken from `old`, which stays the caller's. */
  reparse(text: string, old: Tree, before: string, changes: readonly Change[]): Tree {
    const base = old.copy();
    let now = before;
    // Each is told in the text that the ones before it left, as the editor tells them.
    for (const { start, end, length } of changes) {
      const next = `${now.slice(0, start)}${' '.repeat(length)}${now.slice(end)}`;
      base.edit(
        new TreeEdit({
          startIndex: start,
          oldEndIndex: end,
          newEndIndex: start + length,
          startPosition: point(now, start),
          oldEndPosition: point(now, end),
          newEndPosition: point(next, start + length),
        }),
      );
      now = next;
    }
    const tree = this.parser.parse(text, base);
    base.delete();
    if (tree === null) throw new Error('the parser has no language');
    return tree;
  }

  /** True when Go's grammar takes the whole text. */
  accepts(text: string): boolean {
    const tree = this.parse(text);
    const ok = !tree.rootNode.hasError;
    tree.delete();
    return ok;
  }
}

function point(text: string, offset: number): { row: number; column: number } {
  let row = 0;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    row++;
    start = at + 1;
  }
  return { row, column: offset - start };
}

/** Named children without comments. */
export function parts(node: Node): Node[] {
  return node.namedChildren.filter((n): n is Node => n !== null && n.type !== 'comment');
}

/** All of these types below a node, itself included, in the order of the text. */
export function all(node: Node, ...types: string[]): Node[] {
  return node.descendantsOfType(types).filter((n): n is Node => n !== null);
}

/** The nearest of these types at or above. */
export function enclosing(node: Node, ...types: string[]): Node | undefined {
  for (let n: Node | null = node; n !== null; n = n.parent) if (types.includes(n.type)) return n;
  return undefined;
}

/** The node without brackets around it. */
export function bare(node: Node): Node {
  let n = node;
  while (n.type === 'parenthesized_expression') {
    const inner = parts(n)[0];
    if (inner === undefined) break;
    n = inner;
  }
  return n;
}
