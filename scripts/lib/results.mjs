// What a stage found, in one shape whatever tool ran it: { passed, failed: [{ title, message }], skipped: [{ title, message }] }.
import fs from 'node:fs';
import path from 'node:path';

export const none = () => ({ passed: 0, failed: [], skipped: [] });
export const passed = (n = 1) => ({ ...none(), passed: n });
export const failure = (title, message) => ({ ...none(), failed: [{ title, message }] });
export const skip = (title, message) => ({ ...none(), skipped: [{ title, message }] });

export function add(a, b) {
  return { passed: a.passed + b.passed, failed: [...a.failed, ...b.failed], skipped: [...a.skipped, ...b.skipped] };
}

/** Reads the file of vitest's JSON reporter; undefined when the run ended before it wrote one. */
export function readVitest(file, root) {
  if (!fs.existsSync(file)) return undefined;
  const { testResults } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const result = none();
  for (const suite of testResults) {
    const where = path.relative(root, suite.name);
    // A file that could not be loaded, or a hook that failed, has a message and perhaps no tests.
    if (suite.status === 'failed' && !suite.assertionResults.some((t) => t.status === 'failed')) result.failed.push({ title: where, message: suite.message || 'The file could not be run.' });
    for (const t of suite.assertionResults) {
      const title = `${where} › ${t.fullName}`;
      if (t.status === 'passed') result.passed += 1;
      else if (t.status === 'failed') result.failed.push({ title, message: t.failureMessages.join('\n') });
      else result.skipped.push({ title, message: t.meta?.reason ?? `left out in the test's own code (${t.status})` });
    }
  }
  return result;
}

/** The first lines of a message, indented: a terminal's worth; the whole stands in the stage's log. */
export function excerpt(message, lines = 14) {
  const all = message.replace(/\x1b\[[0-9;]*m/g, '').trimEnd().split('\n');
  const kept = all.slice(0, lines).map((l) => `      ${l}`);
  return all.length > lines ? [...kept, `      … ${all.length - lines} more lines in the log`].join('\n') : kept.join('\n');
}
