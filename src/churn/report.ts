/** What was seen, for others to read: JSON, CSV, Markdown, and the documents that kubbernecker prints. */
import { digits } from '../base/format';
import type { Churn } from './churn';
import type { Tally } from './tally';
import type { KindInfo } from './types';
import { advice, kindName, sentence } from './words';

export interface Report {
  readonly counts: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly add: number;
    readonly update: number;
    readonly delete: number;
  }[];
  readonly managers: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly manager: string;
    readonly updates: number;
    readonly fields: readonly { readonly path: string; readonly changes: number }[];
  }[];
  readonly fights: readonly {
    readonly kind: string;
    readonly managers: readonly string[];
    readonly path: string;
    readonly objects: number;
    readonly perSecond: number;
  }[];
}

interface Row {
  readonly kind: KindInfo;
  readonly tally: Tally;
}

/** Objects to which something happened, the most changed first. */
export function rowsOf(churn: Churn): readonly Row[] {
  return [...churn.tallies()].sort((a, b) => b.tally.total - a.tally.total || order(a, b));
}

/**
 * `fights` holds every finding, the fastest first, also those of a single manager: undoing itself, writing for nothing.
 */
export function report(churn: Churn, now: number): Report {
  const rows = rowsOf(churn);
  const name = (kind: KindInfo): string => kindName(kind, churn.kinds);
  return {
    counts: rows.map(({ kind, tally: t }) => ({
      kind: name(kind),
      namespace: t.namespace,
      name: t.name,
      add: t.adds,
      update: t.updates,
      delete: t.deletes,
    })),
    managers: rows.flatMap(({ kind, tally: t }) =>
      managersOf(t).map(({ manager, updates, fields }) => ({
        kind: name(kind),
        namespace: t.namespace,
        name: t.name,
        manager,
        updates,
        fields,
      })),
    ),
    fights: churn.findings(now).map(({ kind, managers, path, objects, perSecond }) => ({
      kind: name(kind),
      managers,
      path,
      objects,
      perSecond: Number(perSecond.toPrecision(3)),
    })),
  };
}

/** Who updated it, the busiest first, and the fields that changed, the most often changed first. */
export function managersOf({ managers }: Tally): readonly {
  readonly manager: string;
  readonly updates: number;
  readonly idle: number;
  readonly fields: readonly { readonly path: string; readonly changes: number }[];
}[] {
  return [...managers]
    .map(([manager, { updates, idle, fields }]) => ({
      manager,
      updates,
      idle,
      fields: [...fields]
        .map(([path, changes]) => ({ path, changes }))
        .sort((a, b) => b.changes - a.changes || (a.path < b.path ? -1 : 1)),
    }))
    .sort((a, b) => b.updates - a.updates || (a.manager < b.manager ? -1 : 1));
}

/** One line per object. A cell that a spreadsheet would take for a formula starts with an apostrophe. */
export function csv(churn: Churn): string {
  const cell = (v: string | number): string => {
    const text = typeof v === 'string' && /^[=+\-@\t\r]/.test(v) ? `'${v}` : String(v);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const head = [
    'group',
    'version',
    'kind',
    'namespace',
    'name',
    'add',
    'update',
    'delete',
    'heartbeats',
    'changes nothing',
    'last change',
    'managers',
    'fields',
  ];
  const lines = rowsOf(churn).map(({ kind, tally: t }) => {
    const who = managersOf(t);
    return [
      kind.group,
      kind.version,
      kind.kind,
      t.namespace,
      t.name,
      t.adds,
      t.updates,
      t.deletes,
      t.heartbeats,
      t.wasted,
      t.last === 0 ? '' : new Date(t.last).toISOString(),
      who.map((m) => `${m.manager} ${m.updates}`).join('; '),
      [...new Set(who.flatMap((m) => m.fields.map((f) => f.path)))].slice(0, 20).join('; '),
    ];
  });
  return `${[head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** Objects in the Markdown table; the rest are only counted. */
const MOST_IN_MARKDOWN = 50;

export function markdown(churn: Churn, now: number, title: string): string {
  const cell = (s: string): string => s.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const findings = churn.findings(now);
  const rows = rowsOf(churn);
  const table = rows.slice(0, MOST_IN_MARKDOWN).map(({ kind, tally: t }) => {
    const who = managersOf(t)
      .map((m) => `${m.manager} ${m.updates}`)
      .join(', ');
    return (
      `| ${cell(kindName(kind, churn.kinds))} | ${cell(t.namespace)} | ${cell(t.name)} | ${t.adds} | ${t.updates} ` +
      `| ${t.deletes} | ${cell(who)} |`
    );
  });
  return [
    `# ${title}`,
    '',
    `Watched for ${digits((now - churn.start) / 1000)} s, from ${new Date(churn.start).toISOString()}.`,
    '',
    ...(findings.length === 0
      ? ["Nobody undoes another's changes, and nobody writes for nothing."]
      : findings.flatMap((f) => [`- ${sentence(f)} ${advice(f)}`])),
    '',
    '| kind | namespace | name | adds | updates | deletes | updates by |',
    '| --- | --- | --- | ---: | ---: | ---: | --- |',
    ...table,
    ...(rows.length > MOST_IN_MARKDOWN ? ['', `${rows.length - MOST_IN_MARKDOWN} more objects changed.`] : []),
    '',
  ].join('\n');
}

/** What `kubectl kubbernecker watch` prints: an indented document for each kind, one after the other. */
export function kubberneckerWatch(churn: Churn): string {
  const rows = rowsOf(churn);
  return churn.kinds
    .map((of) => {
      const namespaces: Record<string, { resources: Record<string, { add: number; delete: number; update: number }> }> =
        {};
      for (const { tally: t } of rows.filter((r) => r.kind === of && r.tally.name !== '').sort(order)) {
        (namespaces[t.namespace] ??= { resources: {} }).resources[t.name] = {
          add: t.adds,
          delete: t.deletes,
          update: t.updates,
        };
      }
      const { group, version, kind } = of;
      return JSON.stringify({ gvk: { group, version, kind }, namespaces }, null, 2);
    })
    .join('\n');
}

/** What `kubectl kubbernecker blame TYPE NAME` prints for one object. */
export function kubberneckerBlame(tally: Tally | undefined): string {
  const managers = Object.fromEntries(
    (tally ? managersOf(tally) : []).map(({ manager, updates }) => [manager, { update: updates }]),
  );
  return JSON.stringify(
    { managers, ...(tally && tally.last > 0 && { latestUpdate: new Date(tally.last).toISOString() }) },
    null,
    2,
  );
}

function order(a: Row, b: Row): number {
  const key = ({ kind, tally }: Row): string => `${kind.kind}\n${kind.group}\n${tally.namespace}\n${tally.name}`;
  return key(a) < key(b) ? -1 : 1;
}
