// The result of a stage, in the same shape for every tool: { passed, failed: [{ title, message }], skipped: [{ title,
// message }], times: [{ title, ms }] }; `times`: of single tests, if the tool reports them.
import fs from 'node:fs';
import path from 'node:path';

/** Lines of a message that are printed; the stage's log has all of it. */
const LINES = 14;

export const none = () => ({ passed: 0, failed: [], skipped: [], times: [] });
export const passed = (n = 1) => ({ ...none(), passed: n });
export const failure = (title, message) => ({ ...none(), failed: [{ title, message }] });
export const skip = (title, message) => ({ ...none(), skipped: [{ title, message }] });
/** A tool failed: the end of its output says why. */
export const broke = (title, { tail, code }) =>
  failure(
    title,
    [
      fullDisk(tail),
      ...(tail.trim() === ''
        ? [`It said nothing and ended with ${code}.`]
        : tail
            .trimEnd()
            .split('\n')
            .slice(1 - LINES)),
    ]
      .filter(Boolean)
      .join('\n'),
  );

export function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: [...a.failed, ...b.failed],
    skipped: [...a.skipped, ...b.skipped],
    times: [...(a.times ?? []), ...(b.times ?? [])],
  };
}

/** The last line of a run, and of each part of a long one. */
export const counts = ({ passed: good, failed, skipped }) =>
  `${good} passed, ${failed.length} failed, ${skipped.length} skipped`;

/** Reads the output of vitest's JSON reporter; undefined if the run ended before it wrote one. */
export function readVitest(file, root) {
  if (!fs.existsSync(file)) return undefined;
  const { testResults } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const result = none();
  for (const suite of testResults) {
    const where = path.relative(root, suite.name);
    // A file that could not be loaded, or whose hook failed, has a message but perhaps no tests.
    if (suite.status === 'failed' && !suite.assertionResults.some((t) => t.status === 'failed'))
      result.failed.push({ title: where, message: suite.message || 'The file could not be run.' });
    for (const t of suite.assertionResults) {
      const title = `${where} › ${t.fullName}`;
      if (t.duration > 0) result.times.push({ title, ms: t.duration });
      if (t.status === 'passed') result.passed += 1;
      else if (t.status === 'failed') result.failed.push({ title, message: t.failureMessages.join('\n') });
      else result.skipped.push({ title, message: t.meta?.reason ?? `left out in the test's own code (${t.status})` });
    }
  }
  return result;
}

/** The first lines of a message, indented. */
export function excerpt(message, lines = LINES) {
  const all = message
    .replace(/\x1b\[[0-9;]*m/g, '')
    .trimEnd()
    .split('\n');
  const kept = all.slice(0, lines).map((l) => `      ${l}`);
  return all.length > lines
    ? [...kept, `      … ${all.length - lines} more lines in the log`].join('\n')
    : kept.join('\n');
}

/** An error as text; `file`: what was being written, if the error itself doesn't say. */
export function explain(e, file) {
  if (!(e instanceof Error)) return String(e);
  return e.code === 'ENOSPC' ? `${fullDisk('ENOSPC')} ${e.path ?? file ?? 'A file'} could not be written.` : e.message;
}

/** A sentence, if a tool's output says that the disk is full. */
export const fullDisk = (text) =>
  /ENOSPC|no space left on device/i.test(text) ? 'The disk is full: free some space and run this again.' : undefined;
