/** Set-ups and findings as Markdown: the hover and the exported review. */
import { below } from './paths';
import { position } from './text';
import type { FileReport, Finding, SetUp, Setting } from './types';

/** Address of a line of a file, or undefined where there can be none. */
export type Link = (file: string, line: number) => string | undefined;

/** Text of somebody's source, which may hold anything. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>()#+!|~&]/g, (c) =>
      c === '<' ? '&lt;' : c === '>' ? '&gt;' : c === '&' ? '&amp;' : `\\${c}`,
    );
}

function linked(text: string, file: string, line: number, link: Link): string {
  const address = link(file, line);
  return address === undefined ? plain(text) : `[${plain(text)}](${address})`;
}

const FROM: Readonly<Record<Setting['from'], string>> = {
  default: 'default',
  set: 'set',
  flag: 'a flag',
  environment: 'the environment',
  unknown: 'not known from the source',
};

/** `lineOf`: line of an offset of a file, from 1; undefined: its text is not at hand. */
export interface Places {
  readonly link: Link;
  readonly lineOf: (file: string, offset: number) => number | undefined;
  /** A path as a person reads it. */
  readonly name: (file: string) => string;
}

function where(setting: Setting, { link, lineOf, name }: Places): string {
  if (setting.at === undefined) return FROM[setting.from];
  const line = lineOf(setting.at.file, setting.at.start);
  const place =
    line === undefined
      ? plain(name(setting.at.file))
      : linked(`${name(setting.at.file)}:${line}`, setting.at.file, line, link);
  return setting.from === 'set' ? place : `${FROM[setting.from]}, ${place}`;
}

/**
 * The settings of one set-up: each with its value, its default, where it is set, and, unless `narrow`, what it means.
 */
function settingsTable(setUp: SetUp, places: Places, narrow = false): string {
  if (setUp.settings.length === 0) return '';
  const rows = setUp.settings.map((s) => {
    const cite = s.cite === undefined ? '' : ` (${linked(s.cite.text, s.cite.file, s.cite.line, places.link)})`;
    return (
      `| ${plain(s.name)} | **${plain(s.value)}** | ${plain(s.default)}${cite} | ${where(s, places)} ` +
      `|${narrow ? '' : ` ${plain(s.tells)} |`}`
    );
  });
  return [
    `| Setting | In force | Default | Set at |${narrow ? '' : ' |'}`,
    `| --- | --- | --- | --- |${narrow ? '' : ' --- |'}`,
    ...rows,
  ].join('\n');
}

/** As a hover shows it: a column of sentences would squeeze the others there, so they stand below the table. */
export function setUpMarkdown(setUp: SetUp, places: Places): string {
  const meanings = setUp.settings.map((s) => `- ${plain(s.name)}: ${plain(s.tells)}`).join('\n');
  return [`**${plain(title(setUp))}**: ${plain(setUp.line)}`, settingsTable(setUp, places, true), meanings]
    .filter((t) => t !== '')
    .join('\n\n');
}

const KINDS: Readonly<Record<SetUp['kind'], string>> = {
  client: 'Client',
  manager: 'Manager',
  controller: 'Controller',
  workers: 'Workers',
  component: 'Component',
};

export function title({ kind, name }: SetUp): string {
  return name === '' ? KINDS[kind] : `${KINDS[kind]} ${name}`;
}

/** What the review of a module is made of. */
export interface Review {
  /** Its path, '' for a folder without one. */
  readonly module: string;
  readonly dir: string;
  /** "controller-runtime v0.25.2", one for each that matters. */
  readonly versions: readonly string[];
  readonly reports: readonly FileReport[];
}

/** The whole review as a document. */
export function reviewMarkdown(review: Review, places: Places, textOf: (file: string) => string | undefined): string {
  const { module, dir, versions, reports } = review;
  const head = [
    `# Settings of ${plain(module === '' ? places.name(dir) : module)}`,
    ...(versions.length > 0 ? [versions.map(plain).join(' · ')] : []),
  ];
  const setUps = reports.flatMap((r) =>
    r.setUps.map((setUp) => {
      const line = places.lineOf(r.file, setUp.start);
      const at = `${below(dir, r.file)}${line === undefined ? '' : `:${line}`}`;
      return (
        `### ${plain(title(setUp))}\n\n${linked(at, r.file, line ?? 1, places.link)}: ` +
        `${plain(setUp.line)}\n\n${settingsTable(setUp, places)}`
      ).trim();
    }),
  );
  const findings = reports.flatMap((r) =>
    r.findings.map(
      (f) =>
        `- ${linked(placed(r.file, f, dir, textOf), r.file, places.lineOf(r.file, f.start) ?? 1, places.link)}: ` +
        `${plain(f.message)} (${plain(f.rule)})`,
    ),
  );
  return [
    ...head,
    '## What is set up',
    ...(setUps.length > 0 ? setUps : ['Nothing was found.']),
    '## What was found',
    findings.length > 0 ? findings.join('\n') : 'Nothing.',
    '',
  ].join('\n\n');
}

function placed(file: string, finding: Finding, dir: string, textOf: (file: string) => string | undefined): string {
  const text = textOf(file);
  if (text === undefined) return below(dir, file);
  const { line, column } = position(text, finding.start);
  return `${below(dir, file)}:${line}:${column}`;
}
