/** What pprof prints, as numbers. Texts are latin1: names are compared as bytes are. */

export interface Row {
  readonly text: string;
  readonly flat: number;
  readonly cum: number;
  readonly percents: readonly [flat: string, sum: string, cum: string];
}
export interface Top {
  readonly total: number;
  readonly rows: readonly Row[];
}

const NUMBER = '(-?[\\d.e+]+)[A-Za-zμ*]*';
const PERCENT = '\\s+([\\d.e+-]+)%';

export function parseTop(text: string): Top {
  const rows: Row[] = [];
  for (const line of text.split('\n')) {
    const m = new RegExp(
      `^\\s*${NUMBER}${PERCENT}${PERCENT}\\s+${NUMBER}${PERCENT}  (.*?)( \\((?:partial-)?inline\\))?$`,
    ).exec(line);
    if (m)
      rows.push({
        flat: Number(m[1]),
        cum: Number(m[4]),
        percents: [m[2] as string, m[3] as string, m[5] as string],
        text: m[6] as string,
      });
  }
  return { total: total(text), rows };
}

function total(text: string): number {
  return Number(new RegExp(`of ${NUMBER} total`).exec(text)?.[1]);
}

export interface Call {
  readonly text: string;
  readonly value: number;
  readonly inlined: boolean;
}
export interface Peeked {
  readonly text: string;
  readonly flat: number;
  readonly cum: number;
  readonly callers: readonly Call[];
  readonly callees: readonly Call[];
}

export function parsePeek(text: string): Peeked[] {
  const found: Peeked[] = [];
  for (const block of text.split(/^-{20,}\+-+$/m)) {
    const callers: Call[] = [];
    const callees: Call[] = [];
    let node: Omit<Peeked, 'callers' | 'callees'> | undefined;
    for (const line of block.split('\n')) {
      const self = new RegExp(`^\\s*${NUMBER}${PERCENT}${PERCENT}\\s+${NUMBER}${PERCENT}\\s+\\| (.*)$`).exec(line);
      if (self) {
        node = { flat: Number(self[1]), cum: Number(self[4]), text: self[6] as string };
        continue;
      }
      const call = new RegExp(`^\\s*${NUMBER}${PERCENT} \\|   (.*?)( \\(inline\\))?$`).exec(line);
      if (call)
        (node ? callees : callers).push({
          text: call[3] as string,
          value: Number(call[1]),
          inlined: call[4] !== undefined,
        });
    }
    if (node) found.push({ text: node.text, flat: node.flat, cum: node.cum, callers, callees });
  }
  return found;
}

export interface PrintedTag {
  readonly key: string;
  readonly total: number;
  readonly values: readonly (readonly [text: string, value: number])[];
}

export function parseTags(text: string): PrintedTag[] {
  const tags: { key: string; total: number; values: [string, number][] }[] = [];
  for (const line of text.split('\n')) {
    const head = new RegExp(`^ *(\\S.*): Total ${NUMBER} of `).exec(line);
    if (head) {
      tags.push({ key: head[1] as string, total: Number(head[2]), values: [] });
      continue;
    }
    const value = new RegExp(`^ +${NUMBER}(?: \\([^)]*\\))?: (.*)$`).exec(line);
    if (value) tags.at(-1)?.values.push([value[2] as string, Number(value[1])]);
  }
  return tags;
}

export interface Dot {
  readonly nodes: readonly { readonly text: string; readonly cum: number }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly value: number;
    readonly residual: boolean;
    readonly inlined: boolean;
  }[];
}

export function parseDot(text: string): Dot {
  const names = new Map<string, string>();
  const nodes: { text: string; cum: number }[] = [];
  const edges: Dot['edges'][number][] = [];
  for (const line of text.split('\n')) {
    const node = new RegExp(`^(N\\d+) \\[.* shape=box tooltip="(.*) \\(${NUMBER}\\)" color`).exec(line);
    if (node && !/^N\d+_/.test(line)) {
      const name = (node[2] as string).replaceAll(/\\(.)/g, '$1');
      names.set(node[1] as string, name);
      nodes.push({ text: name, cum: Number(node[3]) });
      continue;
    }
    const edge = new RegExp(`^(N\\d+) -> (N\\d+) \\[label="\\s*${NUMBER}(\\\\n \\(inline\\))?"(.*)\\]$`).exec(line);
    if (edge)
      edges.push({
        from: names.get(edge[1] as string) ?? '',
        to: names.get(edge[2] as string) ?? '',
        value: Number(edge[3]),
        inlined: edge[4] !== undefined,
        residual: /style="dotted"/.test(edge[5] as string),
      });
  }
  return { nodes, edges };
}
