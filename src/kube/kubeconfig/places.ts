/** Where the kubeconfig files are. */
import path from 'node:path';

export interface Places {
  /** Merged as one configuration. */
  readonly merged: readonly string[];
  /** Each on its own. */
  readonly extra: readonly string[];
  /** True when KUBECONFIG named the merged ones. */
  readonly fromEnv: boolean;
}

/** The files to read, as absolute paths, each once. `~` is the home folder, as the setting's description says. */
export function kubeconfigPlaces(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  extra: readonly string[],
): Places {
  const named = (env['KUBECONFIG'] ?? '')
    .split(path.delimiter)
    .map((f) => f.trim())
    .filter((f) => f !== '');
  const merged = named.length > 0 ? named : [path.join(home, '.kube', 'config')];
  const abs = (f: string): string =>
    path.resolve(f === '~' || f.startsWith('~/') || f.startsWith('~\\') ? path.join(home, f.slice(1)) : f);
  const first = [...new Set(merged.map(abs))];
  return {
    merged: first,
    extra: [...new Set(extra.filter((f) => f.trim() !== '').map(abs))].filter((f) => !first.includes(f)),
    fromEnv: named.length > 0,
  };
}
