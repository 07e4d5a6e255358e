/** The job `source`: what the editor finds in Go and YAML sources, and its fixes. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { count } from '../base/format';
import { Problem } from '../base/problem';
import { Analyzer, type Report } from '../advice/analyzer';
import { fixAll } from '../advice/fixall';
import { Grammar } from '../advice/go/grammar';
import { explain, listed, ruleIds } from '../advice/explain';
import { position } from '../advice/text';
import type { Finding } from '../advice/types';
import type { RulesJob, SourceJob } from './jobs';
import { DiskFiles, ours, writeText } from './diskFiles';

export async function source(job: SourceJob, signal: AbortSignal, tell: (line: string) => void): Promise<string> {
  const [rule = '', fix] = job.apply?.split('/') ?? [];
  if (job.apply !== undefined && !ruleIds().includes(rule)) throw noRule(rule);
  const failed: Problem[] = [];
  const analyzer = new Analyzer(loadGrammar, new DiskFiles(), {
    tell: (problem) => {
      if (problem.code === 'source.rule') failed.push(problem);
      tell(problem.sentence);
    },
  });
  let found = await all(job.paths, analyzer, signal);
  if (job.apply !== undefined) {
    const changed = await fixAll(
      analyzer,
      found.map((r) => r.report.file),
      { rule, fix },
      signal,
    );
    for (const [file, { before, after }] of changed) {
      signal.throwIfAborted();
      await writeText(file, before, after);
      analyzer.changed(file);
      tell(`${before === undefined ? 'Made' : 'Changed'} ${path.relative(process.cwd(), file)}.`);
    }
    if (changed.size === 0) tell(`Nothing to apply: no finding of ${job.apply} with a fix.`);
    found = await all(job.paths, analyzer, signal);
  }
  // A rule that failed may have left findings out, so the list is incomplete.
  const [first] = failed;
  if (first !== undefined)
    throw new Problem('inspect.source', `${count(failed.length, 'check')} failed.`, {
      next: 'Please report it with the file.',
      ...(first.detail !== undefined && { detail: first.detail }),
    });
  return job.json ? JSON.stringify(await Promise.all(found.map((f) => json(f, analyzer)))) : people(found, analyzer);
}

/** The job `rules`. */
export function ruleTexts({ rule }: RulesJob): string {
  const text = rule === undefined ? listed() : explain(rule);
  if (text === undefined) throw noRule(rule ?? '');
  return text.trimEnd();
}

function noRule(rule: string): Problem {
  return new Problem('inspect.rule', `There is no rule "${rule}".`, { next: `Rules: ${ruleIds().join(', ')}.` });
}

/** A report with its path as the user would write it. */
interface Found {
  readonly name: string;
  readonly report: Report;
}

/** Files that are named are always in the list; files of folders only if they have findings. */
async function all(paths: readonly string[], analyzer: Analyzer, signal: AbortSignal): Promise<Found[]> {
  const found: Found[] = [];
  for (const given of paths) {
    const at = ours(given);
    const kind = await fs.stat(given).catch(() => undefined);
    if (kind === undefined)
      throw new Problem('inspect.read', `${given} could not be read: there is no such file.`, {
        next: 'Check the path.',
      });
    if (!kind.isDirectory()) {
      found.push({ name: given, report: await analyzer.file(at, undefined, signal) });
      continue;
    }
    for await (const report of analyzer.review(at, { nested: true, signal })) {
      if (report.findings.length > 0) found.push({ name: path.join(given, path.relative(at, report.file)), report });
    }
  }
  // A file may be named twice, or be in a folder that is named as well.
  return found.filter((f, i) => found.findIndex((other) => other.report.file === f.report.file) === i);
}

async function json({ name, report }: Found, analyzer: Analyzer): Promise<unknown> {
  const text = (await analyzer.text(report.file)) ?? '';
  const near = (file: string): string => path.join(path.dirname(name), path.relative(path.dirname(report.file), file));
  return {
    file: name,
    findings: report.findings.map((f) => ({
      rule: f.rule,
      severity: f.severity,
      ...position(text, f.start),
      message: f.message,
      ...(f.effective !== undefined && {
        effective: {
          qps: f.effective.qps ?? null,
          burst: f.effective.burst ?? null,
          because: f.effective.because,
          ...(f.effective.refused === true && { refused: true }),
        },
      }),
      fixes: f.fixes.map(({ title, edits }) => ({
        title,
        edits: edits.map((e) => ({
          ...(e.file !== undefined && e.file !== report.file && { file: near(e.file) }),
          start: e.start,
          end: e.end,
          text: e.text,
        })),
      })),
    })),
  };
}

async function people(found: readonly Found[], analyzer: Analyzer): Promise<string> {
  const blocks: string[] = [];
  let findings = 0;
  for (const { name, report } of found) {
    const text = (await analyzer.text(report.file)) ?? '';
    for (const f of report.findings) {
      findings++;
      blocks.push(block(name, text, f));
    }
  }
  return [...blocks, `${count(findings, 'finding')} in ${count(found.length, 'file')}`].join('\n');
}

/**
 * In the form that compilers use, so that terminals link the place; then the fixes, in the form that `--apply` takes.
 */
function block(name: string, text: string, f: Finding): string {
  const { line, column } = position(text, f.start);
  const width = f.fixes.reduce((w, x) => Math.max(w, x.id.length), 0);
  return [
    `${name}:${line}:${column}: ${f.severity}: ${f.message} [${f.rule}]`,
    ...f.fixes.map((x) => `    ${f.rule}/${x.id.padEnd(width)}  ${x.title}`),
  ].join('\n');
}

async function loadGrammar(): Promise<Grammar> {
  const wasm = (name: string): Promise<Uint8Array> => fs.readFile(path.join(__dirname, `${name}.wasm`));
  const [runtime, go] = await Promise.all([wasm('web-tree-sitter'), wasm('tree-sitter-go')]);
  return Grammar.load(runtime, go);
}
