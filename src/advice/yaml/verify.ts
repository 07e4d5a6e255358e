/**
 * Says whether edits of a YAML text do what they are meant to: the same documents, only so many values changed and
 * added.
 */
import { isAlias, isMap, isNode, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { applyEdits, lineStart } from '../text';
import type { Edit } from '../types';
import { yamlText } from './yamlText';

/** Leaves of every document in order, `path=value`; undefined when something doesn't parse. */
function leavesOf(text: string): string[] | undefined {
  let docs;
  try {
    docs = parseAllDocuments(yamlText(text).text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
  } catch {
    return undefined;
  }
  const leaves: string[] = [];
  for (const [n, doc] of docs.entries()) {
    if (doc.errors.length > 0) return undefined;
    leaves.push(`${n}:`);
    const stack: { node: unknown; path: string }[] = [{ node: doc.contents, path: `${n}` }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, path } = top;
      if (isMap(node) || isSeq(node))
        for (let i = node.items.length - 1; i >= 0; i--)
          stack.push({ node: node.items[i], path: isSeq(node) ? `${path}/${i}` : path });
      else if (isPair(node))
        stack.push({ node: node.value, path: `${path}/${isScalar(node.key) ? String(node.key.value) : '?'}` });
      else if (isAlias(node)) leaves.push(`${path}=*${node.source}`);
      else if (isScalar(node)) leaves.push(`${path}=${typeof node.value} ${String(node.value)}`);
      else if (!isNode(node)) leaves.push(`${path}=`);
    }
  }
  return leaves;
}

/**
 * True when the text still parses after the edits, in as many documents, and no more than `values` leaves differ: one
 * for each setting that is typed over, one or two (a name and a value) for each that is added. Only the documents
 * around the edits are read.
 */
export function isMinimal(text: string, edits: readonly Edit[], values: number): boolean {
  if (edits.length === 0) return false;
  const from = documentStart(text, Math.min(...edits.map((e) => e.start)));
  const to = documentEnd(text, Math.max(...edits.map((e) => e.end)));
  const part = text.slice(from, to);
  let after: string;
  try {
    after = applyEdits(
      part,
      edits.map((e) => ({ ...e, start: e.start - from, end: e.end - from })),
    );
  } catch {
    return false;
  }
  const a = leavesOf(part);
  const b = leavesOf(after);
  if (a === undefined || b === undefined) return false;
  const count = new Map<string, number>();
  for (const leaf of a) count.set(leaf, (count.get(leaf) ?? 0) + 1);
  for (const leaf of b) count.set(leaf, (count.get(leaf) ?? 0) - 1);
  let gone = 0;
  let come = 0;
  for (const n of count.values())
    if (n > 0) gone += n;
    else come -= n;
  return come > 0 && gone <= values && come <= 2 * values;
}

function documentStart(text: string, offset: number): number {
  for (let at = lineStart(text, offset); at > 0; at = lineStart(text, at - 1))
    if (text.startsWith('---', at)) return at;
  return 0;
}

function documentEnd(text: string, offset: number): number {
  const at = text.indexOf('\n---', offset);
  return at < 0 ? text.length : at + 1;
}
