/** Runs `go tool pprof` once over a file and asks it many things: it starts in the time that fifty reports take. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Options as pprof names them; those that are absent have their defaults. */
export type Settings = Readonly<Record<string, string>>;

export interface Wanted {
  readonly settings: Settings;
  /** "top", "peek Grow", "tags", "dot", "proto". */
  readonly command: string;
}

export class Pprof {
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-pprof-'));
  #files = 0;
  // `go tool` builds it when it is first used, and says where it is.
  readonly #path = execFileSync('go', ['tool', '-n', 'pprof'], { encoding: 'utf8' }).trim();

  save(bytes: Uint8Array): string {
    const file = path.join(this.dir, `${this.#files++}.pb.gz`);
    writeFileSync(file, bytes);
    return file;
  }

  /**
   * What pprof answers, in order; undefined where it answered nothing, as to a `peek` that matches nothing. `flags`:
   * those that stand before the files, such as `-diff_base=FILE`. Nothing is trimmed unless `settings` say so, and all
   * is in the smallest unit.
   */
  async ask(
    files: readonly string[],
    wanted: readonly Wanted[],
    flags: readonly string[] = [],
  ): Promise<(string | undefined)[]> {
    const child = spawn(this.#path, ['-symbolize=none', ...flags, ...files], {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, PPROF_TMPDIR: this.dir },
    });
    let said = '';
    child.stderr.on('data', (d: Buffer) => {
      said += d.toString();
    });
    const outputs = wanted.map(() => path.join(this.dir, `out-${this.#files++}`));
    const lines: string[] = [];
    let before: Settings = {};
    wanted.forEach(({ settings, command }, i) => {
      const all = { trim: 'false', nodecount: '0', compact_labels: 'true', ...settings };
      for (const [name, value] of Object.entries(all)) if (before[name] !== value) lines.push(`${name}=${value}`);
      for (const name of Object.keys(before)) if (!(name in all)) lines.push(`${name}=${DEFAULTS[name] ?? ''}`);
      before = all;
      lines.push(`${command} >${outputs[i]}`);
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${lines.join('\n')}\n`);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(`pprof ended with ${code}: ${said}`);
    if (/unrecognized|unknown (variable|command)|parsing \w+ regexp/i.test(said))
      throw new Error(`pprof did not understand: ${said}\n${lines.join('\n')}`);
    return outputs.map((file) => {
      try {
        const text = readFileSync(file, 'latin1');
        rmSync(file);
        return text;
      } catch {
        return undefined;
      }
    });
  }

  dispose(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const DEFAULTS: Settings = {
  granularity: 'functions',
  noinlines: 'false',
  sort: 'flat',
  edgefraction: '0.001',
  nodefraction: '0.005',
  unit: 'minimum',
  relative_percentages: 'false',
};
