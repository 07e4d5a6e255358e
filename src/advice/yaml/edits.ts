/**
 * Edits of YAML in place: a value is typed over, an entry goes behind its siblings in their style. Never the whole
 * document anew.
 */
import { isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import type { Edit, Span } from '../types';
import type { At } from './documents';
import { isTemplated, type YamlText } from './yamlText';

/** What a text is to hold and where a person may type over it. */
export interface Piece {
  readonly text: string;
  readonly stops: readonly Span[];
}

export const piece = (text: string, stop = false): Piece => ({
  text,
  stops: stop ? [{ start: 0, end: text.length }] : [],
});

/** Pieces one behind the other. */
export function joined(...pieces: readonly (Piece | string)[]): Piece {
  let text = '';
  const stops: Span[] = [];
  for (const p of pieces) {
    if (typeof p === 'string') {
      text += p;
      continue;
    }
    for (const s of p.stops) stops.push({ start: s.start + text.length, end: s.end + text.length });
    text += p.text;
  }
  return { text, stops };
}

const edit = (start: number, end: number, { text, stops }: Piece): Edit => ({
  start,
  end,
  text,
  ...(stops.length > 0 && { stops }),
});

type Quote = '' | '"' | "'";
const quoteOf = (scalar: Scalar | undefined): Quote =>
  scalar?.type === 'QUOTE_DOUBLE' ? '"' : scalar?.type === 'QUOTE_SINGLE' ? "'" : '';
const quoted = (quote: Quote, ...inner: readonly (Piece | string)[]): Piece => joined(quote, ...inner, quote);

/**
 * Plain text may stand for itself as a string; what YAML would read as something else, or breaks its syntax, may not.
 */
function isPlain(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9._/-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
}

/**
 * A scalar's value typed over from `from` (an offset into it) to its end. Undefined when it isn't written as it is
 * read.
 */
export function replaceScalar(at: At, value: Piece, from = 0, asString = false): Edit | undefined {
  const { scalar, source } = at;
  if (!at.own || !scalar?.range || isTemplated(source, at.span)) return undefined;
  const [start, end] = scalar.range;
  const quote = quoteOf(scalar);
  const written = source.raw.slice(start + quote.length, end - quote.length);
  if (
    scalar.type === 'BLOCK_LITERAL' ||
    scalar.type === 'BLOCK_FOLDED' ||
    written.includes('\n') ||
    (quote === '"' && written.includes('\\')) ||
    (quote === "'" && written.includes("'"))
  )
    return undefined;
  if (from > written.length) return undefined;
  const needs: Quote =
    quote === '' &&
    from === 0 &&
    asString &&
    !isPlain(value.text) &&
    scalar.value !== null &&
    typeof scalar.value === 'string'
      ? '"'
      : '';
  return edit(start + quote.length + from, end - quote.length, quoted(needs, value));
}

/** Items added behind the last of a sequence. `make` gets the quotes that its siblings stand in. */
export function addItems(at: At, make: (quote: Quote) => readonly Piece[], style?: At): Edit[] | undefined {
  const { seq, source } = at;
  if (!seq?.range || !at.own || source.templates.length > 0) return undefined;
  const last = seq.items.at(-1);
  const sample = style?.scalar ?? (isScalar(last) ? last : undefined);
  const pieces = make(quoteOf(sample));
  if (seq.flow === true) return intoFlow(source, seq.range, last, pieces);
  if (!isNode(last)) return undefined;
  const start =
    isMap(last) && last.items[0] !== undefined && isNode(last.items[0].key)
      ? last.items[0].key.range?.[0]
      : last.range?.[0];
  if (start === undefined) return undefined;
  const line = source.text.lastIndexOf('\n', start - 1) + 1;
  const lead = /^([ \t]*)-( +)/.exec(source.text.slice(line, start));
  // `- - a`: the dash isn't the line's first.
  if (lead === null || lead[0].length !== start - line) return undefined;
  const lines = pieces.flatMap((p) => [
    `${source.lineEnd}${lead[1] ?? ''}-${lead[2] ?? ' '}`,
    indentedBy(p, `${lead[1] ?? ''} ${lead[2] ?? ' '}`, source),
  ]);
  const end = lineEndAfter(source, endOf(last));
  return [edit(end, end, joined(...lines))];
}

/** Pairs added to a map: behind `after`'s, or behind the last one. Undefined when the map isn't written out here. */
export function addPairs(
  at: At,
  pairs: readonly { readonly key: string; readonly value: Piece }[],
  after?: string,
): Edit[] | undefined {
  const { map, source } = at;
  if (!map?.range || !at.own || source.templates.length > 0) return undefined;
  const sibling = after === undefined ? undefined : map.items.find((p) => isScalar(p.key) && p.key.value === after);
  const last = sibling ?? map.items.at(-1);
  if (map.flow === true)
    return intoFlow(
      source,
      map.range,
      map.items.at(-1),
      pairs.map(({ key, value }) => joined(key, ': ', value)),
    );
  if (last === undefined || !isScalar(last.key) || !last.key.range) return undefined;
  const start = last.key.range[0];
  const line = source.text.lastIndexOf('\n', start - 1) + 1;
  const lead = source.text.slice(line, start);
  // The first key of a map in a list stands behind the dash: the others under it.
  if (!/^[ \t]*(?:- +)*$/.test(lead)) return undefined;
  const indent = lead.replaceAll('-', ' ');
  const end = lineEndAfter(source, endOf(last));
  return [
    edit(
      end,
      end,
      joined(
        ...pairs.flatMap(({ key, value }) => [
          `${source.lineEnd}${indent}${key}:${value.text.startsWith('\n') ? '' : ' '}`,
          indentedBy(value, indent, source),
        ]),
      ),
    ),
  ];
}

/** An entry under a key that has no value yet, or an empty `{}` or `[]`: one level deeper than the key. */
export function fillEmpty(at: At, map: At, make: (indent: string) => Piece): Edit[] | undefined {
  const { source } = at;
  if (!at.own || !at.key?.range || source.templates.length > 0) return undefined;
  const empty = at.isNull || (at.map ?? at.seq)?.items.length === 0;
  if (!empty) return undefined;
  const line = source.text.lastIndexOf('\n', at.key.range[0] - 1) + 1;
  const lead = source.text.slice(line, at.key.range[0]);
  if (!/^[ \t]*(?:- +)*$/.test(lead)) return undefined;
  const colon = source.text.indexOf(':', at.key.range[1]);
  const written =
    at.isNull && at.scalar?.source === ''
      ? { start: colon + 1, end: colon + 1 }
      : { start: colon + 1, end: at.span.end };
  if (
    colon < 0 ||
    source.text.slice(at.key.range[1], colon).trim() !== '' ||
    source.text.slice(written.start, written.end).includes('#')
  )
    return undefined;
  const inner = lead.replaceAll('-', ' ') + step(map);
  const text = joined(source.lineEnd, make(inner));
  // What is written is `{}` or null: it goes, and the entry comes below the line, behind its comment.
  const end = lineEndAfter(source, written.end);
  return written.start === written.end
    ? [edit(end, end, text)]
    : end === written.end
      ? [edit(written.start, end, text)]
      : [edit(written.start, written.end, piece('')), edit(end, end, text)];
}

/** How much deeper a level is in this document: as its first nested block is, else two spaces. */
export function step(at: At): string {
  const { text } = at.source;
  const found = /^([ ]*)[^\s#-][^\n]*:[ \t]*\r?\n\1([ ]+)[^\s#-]/m.exec(text);
  return found?.[2] !== undefined && found[2].length <= 8 ? found[2] : '  ';
}

/** A piece of several lines, those after the first under `indent` and with the file's line ends. */
function indentedBy(p: Piece, indent: string, source: YamlText): Piece {
  if (!p.text.includes('\n')) return p;
  const at = (offset: number): number =>
    offset + (p.text.slice(0, offset).split('\n').length - 1) * (indent.length + source.lineEnd.length - 1);
  return {
    text: p.text.replaceAll('\n', source.lineEnd + indent),
    stops: p.stops.map((s) => ({ start: at(s.start), end: at(s.end) })),
  };
}

/** Behind the last item of `[a, b]` or `{a: 1}`, on lines of their own where the others are. */
function intoFlow(
  source: YamlText,
  range: readonly number[],
  last: unknown,
  pieces: readonly Piece[],
): Edit[] | undefined {
  const [start = 0, end = 0] = range;
  const comma = (list: readonly Piece[]): (Piece | string)[] => list.flatMap((p, i) => (i === 0 ? [p] : [', ', p]));
  if (last === undefined) {
    if (source.text.slice(start + 1, end - 1).trim() !== '') return undefined;
    return [edit(start + 1, end - 1, joined(...comma(pieces)))];
  }
  const at = endOf(last);
  const first = startOf(last);
  if (at <= start || at >= end) return undefined;
  const line = source.text.lastIndexOf('\n', first - 1) + 1;
  const indent = source.text.slice(line, first);
  const own = line > start && /^[ \t]*$/.test(indent);
  if (!own) return [edit(at, at, joined(...pieces.flatMap((p) => [', ', p])))];
  const rest = /^[ \t]*(,?)[ \t]*(#[^\r\n]*)?(?=\r?\n)/.exec(source.text.slice(at, end));
  if (rest === null) return [edit(at, at, joined(...pieces.flatMap((p) => [', ', p])))];
  const trailing = rest[1] === ',';
  const lines = joined(
    ...pieces.flatMap((p, i) => [source.lineEnd, indent, p, trailing || i < pieces.length - 1 ? ',' : '']),
  );
  const below = at + rest[0].length;
  if (trailing) return [edit(below, below, lines)];
  return below === at ? [edit(at, at, joined(',', lines))] : [edit(at, at, piece(',')), edit(below, below, lines)];
}

/** Where the text of a node or pair ends, without comments: its last leaf's end. */
function endOf(of: unknown): number {
  let node: unknown = of;
  let end = 0;
  for (let i = 0; i < 500; i++) {
    if (isPair(node)) {
      const { key, value }: Pair = node;
      if (isNode(key)) end = Math.max(end, key.range?.[1] ?? 0);
      node = value;
      continue;
    }
    if (!isNode(node)) return end;
    const block: Node = node;
    if ((isMap(block) || isSeq(block)) && block.flow !== true && block.items.length > 0) {
      node = block.items.at(-1);
      continue;
    }
    return Math.max(end, block.range?.[1] ?? 0);
  }
  return end;
}

function startOf(of: unknown): number {
  if (isPair(of)) return isNode(of.key) ? (of.key.range?.[0] ?? 0) : 0;
  return isNode(of) ? (of.range?.[0] ?? 0) : 0;
}

/** The end of the line (before its line end) on which the text before `offset` ends. */
function lineEndAfter({ text }: YamlText, offset: number): number {
  let at = offset;
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at--;
  const end = text.indexOf('\n', at);
  const stop = end < 0 ? text.length : end;
  return text[stop - 1] === '\r' && stop - 1 >= at ? stop - 1 : stop;
}
