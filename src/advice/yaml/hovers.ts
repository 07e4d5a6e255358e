/** Help for settings: those of a known place by its version, and bare arguments anywhere by their name. */
import { BY_FLAG } from './components/index';
import type { Place } from './place';
import { isTemplated, type YamlText } from './yamlText';
import type { Component, Hover, Knob } from './types';
import { defaultAt, versionName } from './versions';

/** Flags that many controllers have by convention; what they mean, for images that aren't known. */
const CONVENTIONS: Readonly<Record<string, string>> = {
  'kube-api-qps': "Requests a second of the program's client to the API server.",
  'kube-api-burst': 'Requests that may go out at once before the QPS holds them back.',
  'max-concurrent-reconciles': "Reconciles at the same time. controller-runtime's own default is 1.",
};
const ARGUMENT = /(?<![\w-])--([a-z][a-z0-9-]*)(?:=|(?![\w-]))/g;
const STYLE = /qps|burst|concurren/;
/** A file has no more hovers than this: a log in a block scalar must not make a list of them. */
const MAX = 5000;

export function hoversOf(source: YamlText, places: readonly Place[]): Hover[] {
  const hovers: Hover[] = [];
  const done = new Set<number>();
  for (const place of places) {
    for (const knob of place.component.knobs) {
      const now = place.inForce(knob);
      if (now?.span === undefined) continue;
      done.add(now.span.start);
      hovers.push({ span: now.span, markdown: known(place.component, knob, now.label, now.value, place.version) });
    }
  }
  for (const match of source.raw.matchAll(ARGUMENT)) {
    const flag = match[1] ?? '';
    if (hovers.length >= MAX) break;
    const start = match.index;
    const span = { start, end: start + 2 + flag.length };
    const line = source.raw.lastIndexOf('\n', start - 1) + 1;
    if (
      /^\s*#/.test(source.raw.slice(line, start)) ||
      (isTemplated(source, span) && source.templates.some((t) => t.start < span.end && span.start < t.end))
    )
      continue;
    const holders = BY_FLAG.get(flag) ?? [];
    const convention = CONVENTIONS[flag];
    const place = places.find((p) => p.whole.start <= start && start < p.whole.end);
    const own = holders.find((h) => h.component === place?.component);
    if (place !== undefined && own !== undefined) {
      if (!hovers.some((h) => h.span.start <= start && start < h.span.end))
        hovers.push({ span, markdown: known(own.component, own.knob, `--${flag}`, undefined, place.version) });
      continue;
    }
    if (
      place !== undefined ||
      (!STYLE.test(flag) && convention === undefined) ||
      (holders.length === 0 && convention === undefined)
    )
      continue;
    hovers.push({ span, markdown: unknown(flag, convention, holders) });
  }
  return hovers.sort((a, b) => a.span.start - b.span.start);
}

function known(
  component: Component,
  knob: Knob,
  label: string,
  value: string | undefined,
  version: string | undefined,
): string {
  const byDefault = defaultAt(component, knob, version);
  const lines = [
    `**${label}**${value === undefined ? '' : ` = ${value}`}`,
    '',
    knob.tells,
    '',
    byDefault === undefined
      ? `Not known of ${version ?? 'this version'}; in ${component.name} ${component.read} the default is ` +
        `${quoted(knob.default)}.`
      : `Default: ${quoted(byDefault)} (${versionName(component, version)}).`,
  ];
  for (const e of knob.earlier ?? []) lines.push(`From ${e.from} to before ${e.to}: ${quoted(e.default)}.`);
  const limit = component.limits.find((l) => l.qps === knob || l.burst === knob);
  if (limit?.unless !== undefined) lines.push('', limit.unless);
  if (knob.kind === 'concurrency' && component.advice !== undefined) lines.push('', component.advice);
  lines.push('', component.restart, '', `Source: ${knob.source}`);
  return lines.join('\n');
}

function unknown(
  flag: string,
  convention: string | undefined,
  holders: readonly { readonly component: Component; readonly knob: Knob }[],
): string {
  const rows = holders.map(
    ({ component, knob }) =>
      `| ${component.name} ${component.read} | ${knob.default === '' ? 'not set' : knob.default} |`,
  );
  return [
    `**--${flag}**`,
    '',
    ...(convention === undefined ? [] : [convention, '']),
    "The program of this file isn't one whose defaults are known.",
    ...(rows.length === 0 ? [] : ['', '| Program | Default |', '| --- | --- |', ...rows]),
  ].join('\n');
}

function quoted(value: string): string {
  return value === '' ? 'not set' : `\`${value}\``;
}
