/** A text of YAML and where it stands in its file: the file itself, or what a block scalar of it holds. */
import { lineEnd } from '../text';
import type { Edit, Span } from '../types';

export interface YamlText {
  /** What is parsed: as long as `raw`, with Helm's templates blanked. */
  readonly text: string;
  readonly raw: string;
  /** Where templates stand, in ascending order. */
  readonly templates: readonly Span[];
  readonly lineEnd: string;
  /** The same place in the file. */
  at(offset: number): number;
  /** What a new line begins with in the file, before the text's own indentation. */
  readonly indent: string;
}

/** `{{ … }}`, also over lines. A template without its end is no template. */
const TEMPLATE = /\{\{[\s\S]*?\}\}/g;

export function yamlText(
  raw: string,
  within?: { readonly at: (offset: number) => number; readonly indent: string },
): YamlText {
  const templates: Span[] = [];
  let text = raw;
  if (raw.includes('{{')) {
    const parts: string[] = [];
    let done = 0;
    for (const match of raw.matchAll(TEMPLATE)) {
      const start = match.index;
      const end = start + match[0].length;
      templates.push({ start, end });
      // Alone on its lines it is a statement, which makes nothing or other lines; else it stands for a part of a value.
      const before = raw.slice(raw.lastIndexOf('\n', start - 1) + 1, start).replace(TEMPLATE, '');
      const stop = raw.indexOf('\n', end);
      const after = raw.slice(end, stop < 0 ? raw.length : stop).replace(TEMPLATE, '');
      const alone = before.trim() === '' && after.trim() === '';
      parts.push(raw.slice(done, start), match[0].replace(/[^\r\n]/g, alone ? ' ' : 'x'));
      done = end;
    }
    text = parts.join('') + raw.slice(done);
  }
  return {
    text,
    raw,
    templates,
    lineEnd: lineEnd(raw),
    at: within?.at ?? ((offset) => offset),
    indent: within?.indent ?? '',
  };
}

/** True when a template touches the line or lines of this range. */
export function isTemplated({ raw, templates }: YamlText, { start, end }: Span): boolean {
  if (templates.length === 0) return false;
  const from = raw.lastIndexOf('\n', start - 1) + 1;
  const stop = raw.indexOf('\n', end);
  const to = stop < 0 ? raw.length : stop;
  return templates.some((t) => t.start < to && from < t.end);
}

export function spanInFile(source: YamlText, { start, end }: Span): Span {
  return { start: source.at(start), end: source.at(end) };
}

/** An edit of the text as one of the file: the lines that it adds get the indentation of the block they go into. */
export function editInFile(source: YamlText, edit: Edit): Edit {
  const { start, end } = spanInFile(source, edit);
  if (source.indent === '' || !edit.text.includes('\n')) return { ...edit, start, end };
  const shift = (offset: number): number =>
    offset + source.indent.length * (edit.text.slice(0, offset).split('\n').length - 1);
  return {
    ...edit,
    start,
    end,
    text: edit.text.replaceAll('\n', `\n${source.indent}`),
    ...(edit.stops !== undefined && { stops: edit.stops.map((s) => ({ start: shift(s.start), end: shift(s.end) })) }),
  };
}

/**
 * What a literal block scalar (`|`) holds, as a source of its own. `start` and `end` are the scalar's range in
 * `source`, its header included; `value` is what it was read as. Undefined when lines can't be told apart from their
 * indentation.
 */
export function embedded(source: YamlText, start: number, end: number, value: string): YamlText | undefined {
  const first = source.raw.indexOf('\n', start);
  if (first < 0 || first >= end) return undefined;
  const lines = source.raw.slice(first + 1, end).split('\n');
  const filled = lines.find((l) => l.trim() !== '');
  const filledValue = value.split('\n').find((l) => l.trim() !== '');
  if (filled === undefined || filledValue === undefined) return undefined;
  const width = leading(filled) - leading(filledValue);
  if (width <= 0) return undefined;
  const indent = filled.slice(0, width);
  /** For each line: where it starts in the embedded text, and in `source`. */
  const inner: number[] = [];
  const outer: number[] = [];
  let text = '';
  let at = first + 1;
  for (const [i, line] of lines.entries()) {
    const cut = line.startsWith(indent) ? width : Math.min(width, leading(line));
    inner.push(text.length);
    outer.push(at + cut);
    text += line.slice(cut) + (i < lines.length - 1 ? '\n' : '');
    at += line.length + 1;
  }
  const map = (offset: number): number => {
    let low = 0;
    let high = inner.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if ((inner[mid] ?? 0) <= offset) low = mid;
      else high = mid - 1;
    }
    return source.at((outer[low] ?? 0) + offset - (inner[low] ?? 0));
  };
  return yamlText(text, { at: map, indent: source.indent + indent });
}

function leading(line: string): number {
  return line.length - line.trimStart().length;
}
