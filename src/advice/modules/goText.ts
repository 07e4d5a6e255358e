/** Looks things up in gofmt-formatted Go text without a grammar: what stands at the top of a module's own files. */

/** The line of an offset, from 1. */
function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** Where a pattern first matches, with its line. */
export function find(
  text: string,
  pattern: RegExp,
): { readonly match: RegExpExecArray; readonly line: number } | undefined {
  const match = pattern.exec(text);
  return match === null ? undefined : { match, line: lineOf(text, match.index) };
}

/**
 * Names of a struct's exported fields. `Options = TypedOptions[reconcile.Request]` is followed within the file.
 * Undefined: no such struct.
 */
export function structFields(text: string, name: string): ReadonlySet<string> | undefined {
  let type = name;
  // An alias of an alias is not worth more than two steps.
  for (let step = 0; step < 3; step++) {
    const alias = new RegExp(`^(?:type |\\t)${type} = (\\w+)(?:\\[.*\\])?\\r?$`, 'm').exec(text);
    if (alias?.[1] !== undefined) {
      type = alias[1];
      continue;
    }
    const head = new RegExp(`^(?:type |\\t)${type}(?:\\[.*\\])? struct \\{`, 'm').exec(text);
    if (head === null) return undefined;
    return fieldsIn(text, head.index + head[0].length);
  }
  return undefined;
}

/**
 * From after a struct's brace to the one that closes it. Strings and comments cannot mislead: only lines of the first
 * depth count.
 */
function fieldsIn(text: string, from: number): ReadonlySet<string> {
  const fields = new Set<string>();
  let depth = 1;
  let long = false;
  for (const raw of text.slice(from).split('\n')) {
    let line = raw;
    if (long) {
      const end = line.indexOf('*/');
      if (end < 0) continue;
      long = false;
      line = line.slice(end + 2);
    }
    line = line
      .replace(/`[^`]*`|"(?:[^"\\]|\\.)*"/g, '""')
      .replace(/\/\*.*?\*\//g, '')
      .replace(/\/\/.*$/, '');
    const open = line.indexOf('/*');
    if (open >= 0) {
      long = true;
      line = line.slice(0, open);
    }
    if (depth === 1) {
      const names = /^\s*([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s+\S/.exec(line)?.[1];
      for (const name of names?.split(/\s*,\s*/) ?? []) if (/^[A-Z]/.test(name)) fields.add(name);
    }
    for (const c of line)
      if (c === '{' || c === '(') depth++;
      else if (c === '}' || c === ')') depth--;
    if (depth <= 0) break;
  }
  return fields;
}
