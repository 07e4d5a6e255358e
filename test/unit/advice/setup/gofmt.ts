import { execFileSync } from 'node:child_process';

/** True when Go is on this machine. */
const hasGofmt = ((): boolean => {
  try {
    execFileSync('gofmt', { input: 'package a\n' });
    return true;
  } catch {
    return false;
  }
})();

/** What gofmt makes of a text; the text itself where there is no Go, which CI has. */
export function gofmt(text: string): string {
  if (!hasGofmt && process.env['CI'] === 'true')
    throw new Error('gofmt is not on the PATH: install Go 1.26 from https://go.dev/dl/.');
  return hasGofmt ? execFileSync('gofmt', { input: text, encoding: 'utf8' }) : text;
}
