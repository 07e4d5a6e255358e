import { execFileSync } from 'node:child_process';

/** True when Go is on this machine. */
export const hasGofmt = ((): boolean => { try { execFileSync('gofmt', { input: 'package a\n' }); return true; } catch { return false; } })();

/** What gofmt makes of a text; the text itself where there is no Go. */
export function gofmt(text: string): string { return hasGofmt ? execFileSync('gofmt', { input: text, encoding: 'utf8' }) : text; }
