import type { ContainerRecord } from './types';

/** Flags by name, without dashes. The last value wins, as in Go's flag packages; a flag without a value is "true". */
export type Flags = ReadonlyMap<string, string>;

/** Equal containers are one object (see records.ts), so each set of arguments is read once. */
const known = new WeakMap<ContainerRecord, Flags>();

/** Reads a container's flags: `--name=value`, `--name value`, `-name=value`; `sh -c "…"` as far as possible. */
export function flagsOf(container: ContainerRecord): Flags {
  let flags = known.get(container);
  if (flags === undefined) known.set(container, (flags = parse(words(container.args), container.env)));
  return flags;
}

/**
 * Base name of the program: "kube-controller-manager" for `/usr/local/bin/kube-controller-manager`; '' = that of the
 * image.
 */
export function programOf(container: ContainerRecord): string {
  const first = words(container.args).find((w) => !WRAPPERS.has(base(w)));
  return first === undefined || first.startsWith('-') ? '' : base(first);
}

/**
 * Everything that is neither a flag nor its value, such as subcommands: `argocd-application-controller`, `operator`,
 * `start`.
 */
export function wordsOf(container: ContainerRecord): readonly string[] {
  return words(container.args)
    .filter((w) => !w.startsWith('-'))
    .map(base);
}

/** Programs that start another one. */
const WRAPPERS = new Set([
  'sh',
  'bash',
  'ash',
  'dash',
  'exec',
  'tini',
  'dumb-init',
  'catatonit',
  '--',
  '-c',
  '-ec',
  '-exc',
  '-cx',
  '-ce',
  '-euxc',
  '-s',
  '-g',
  'env',
  'nice',
  'entrypoint.sh',
  'go-runner',
  'set',
  '-e',
  '-x',
  '-ex',
  '-eu',
  '-o',
  'pipefail',
]);

function base(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

/** The arguments; a shell's script is split into words. */
function words(args: readonly string[]): readonly string[] {
  const shell = args.findIndex(
    (a, i) => i < 4 && /^-[euxo]*c[euxo]*$/.test(a) && /(^|\/)(ba|da|a|)sh$/.test(args[i - 1] ?? ''),
  );
  if (shell < 0) return args;
  return [...args.slice(0, shell + 1), ...split(args[shell + 1] ?? ''), ...args.slice(shell + 2)];
}

/** A script as words: quotes removed, lines joined at `\`, "--" between commands. Best effort, without expansion. */
function split(script: string): string[] {
  const out: string[] = [];
  let word = '';
  let quote = '';
  let open = false;
  for (let i = 0; i < script.length; i++) {
    const c = script[i]!;
    if (quote !== '') {
      if (c === quote) quote = '';
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      open = true;
    } else if (c === '\\') {
      i++;
      if (script[i] !== '\n' && i < script.length) word += script[i];
    } else if (c === ' ' || c === '\t' || c === '\n' || c === '\r' || c === ';' || c === '&' || c === '|') {
      if (word !== '' || open) out.push(word);
      // The end of a command ends its flags, like "--".
      if (c !== ' ' && c !== '\t' && out.at(-1) !== '--') out.push('--');
      word = '';
      open = false;
    } else word += c;
  }
  if (word !== '' || open) out.push(word);
  return out;
}

function parse(args: readonly string[], env: Readonly<Record<string, string>>): Flags {
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--' || !/^--?[A-Za-z]/.test(arg)) continue;
    const body = arg.slice(arg.startsWith('--') ? 2 : 1);
    const eq = body.indexOf('=');
    const next = args[i + 1];
    if (eq >= 0) flags.set(body.slice(0, eq), expand(unquote(body.slice(eq + 1)), env));
    else if (next !== undefined && !next.startsWith('-')) flags.set(body, expand(next, env));
    else flags.set(body, 'true');
  }
  return flags;
}

function unquote(v: string): string {
  return /^(".*"|'.*')$/s.test(v) ? v.slice(1, -1) : v;
}

/** Expands `$(NAME)` like the kubelet, `$NAME` and `${NAME}` like a shell; unknown names stay as they are. */
function expand(v: string, env: Readonly<Record<string, string>>): string {
  return v.includes('$')
    ? v.replace(
        /\$(?:\((\w+)\)|\{(\w+)\}|(\w+))/g,
        (all, a?: string, b?: string, c?: string) => env[a ?? b ?? c ?? ''] ?? all,
      )
    : v;
}

/** True for "true" (and no value), false for "false", "0" and the like; undefined when the flag is missing. */
export function on(flags: Flags, name: string): boolean | undefined {
  const v = flags.get(name);
  return v === undefined ? undefined : !/^(false|f|0|no|off)$/i.test(v);
}

/**
 * Port of an address as Go programs take it: `:8080`, `0.0.0.0:8080`, `[::]:8080`, `8080`, `http://localhost:8080/x`,
 * `$(POD_IP):8080`. `off` for "0", "" and `:0`, with which controller-runtime switches a server off; undefined when it
 * is no address.
 */
export function portOf(address: string): number | 'off' | undefined {
  const a = address.trim();
  if (a === '' || a === '0' || a === 'off' || a === 'disabled') return 'off';
  const m = /^(?:(https?|tcp):\/\/)?(\[[\w:.%]*\]|[\w.$(){}*-]*)(?::(\d{1,5}))?(\/.*)?$/.exec(a);
  if (m === null) return undefined;
  const [, scheme, host = '', digits] = m;
  const port =
    digits ?? (/^\d{1,5}$/.test(host) ? host : scheme === 'https' ? '443' : scheme === 'http' ? '80' : undefined);
  if (port === undefined) return undefined;
  const n = Number(port);
  return n === 0 ? 'off' : n <= 65_535 ? n : undefined;
}
