/**
 * Runs a kubeconfig's exec plugin (client.authentication.k8s.io v1 and v1beta1) once, and reads the credential that it
 * prints. client-node's own runner (2.0.1) is not used: it runs the plugin once for each concurrent call, doesn't pass
 * KUBERNETES_EXEC_INFO, and can't be cancelled.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { Problem } from '../../base/problem';
import { object, text } from '../../base/json';
import { abortReason } from '../../base/abort';
import type { ClusterEntry, ExecEntry } from '../kubeconfig/entries';
import { cutAndHide } from './hide';

/** A plugin that opens a browser waits for the user, but one that hangs must end, too. kubectl has no limit. */
const EXEC_TIMEOUT_MS = 60_000;
/** A credential is a few kB. */
const MAX_OUTPUT = 1 << 20;
const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

export interface ExecCredential {
  readonly token: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** ms since the epoch; undefined = good until the server refuses it. */
  readonly expiresAt: number | undefined;
}

/** The value of KUBERNETES_EXEC_INFO. Like kubectl, it has the CA as data even when the kubeconfig names a file. */
export function execInfo(exec: ExecEntry, cluster: ClusterEntry, caData: string | undefined): string {
  const about = {
    server: cluster.server,
    ...(cluster.tlsServerName !== undefined && { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster.skipTlsVerify && { 'insecure-skip-tls-verify': true }),
    ...(caData !== undefined && { 'certificate-authority-data': caData }),
    ...(cluster.proxyUrl !== undefined && { 'proxy-url': cluster.proxyUrl }),
    ...(cluster.execConfig !== undefined && { config: cluster.execConfig }),
  };
  return JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { interactive: false, ...(exec.provideClusterInfo && { cluster: about }) },
  });
}

/** Throws Problem `kube.exec*`; an abort kills the process. */
export function runExecPlugin(
  exec: ExecEntry,
  info: string,
  user: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  timeoutMs = EXEC_TIMEOUT_MS,
): Promise<ExecCredential> {
  checkRunnable(exec, user);
  const own = Object.fromEntries(exec.env.map((e) => [e.name, e.value]));
  return run(exec, { ...env, ...own, KUBERNETES_EXEC_INFO: info }, signal, timeoutMs).then((ended) =>
    credentialOf(ended, exec, user, timeoutMs),
  );
}

/** Throws Problem for a plugin that needs a terminal, or whose output we could not read. */
function checkRunnable(exec: ExecEntry, user: string): void {
  const name = path.basename(exec.command);
  if (exec.command === '')
    throw new Problem(
      'kube.execMissing',
      `The user ${user} logs in with an exec plugin, but the kubeconfig names no command.`,
      { next: 'Fix the kubeconfig: exec.command of this user names the program to run.' },
    );
  if (!VERSIONS.includes(exec.apiVersion)) {
    throw new Problem(
      'kube.execVersion',
      `The exec plugin ${name} of the user ${user} is of version "${exec.apiVersion}", which is not supported.`,
      { next: `Use ${VERSIONS.join(' or ')}; a newer release of the plugin has it.` },
    );
  }
  if (exec.interactiveMode === 'Always') {
    throw new Problem(
      'kube.execInteractive',
      `The exec plugin ${name} of the user ${user} wants a terminal to ask you something.`,
      {
        next:
          'Log in with it in a terminal and use a kubeconfig whose plugin need not ask ' +
          '(interactiveMode IfAvailable or Never).',
      },
    );
  }
}

/** How a plugin's process ended, and what it printed before. */
interface Ended {
  readonly out: string;
  readonly err: string;
  readonly how:
    | { readonly kind: 'exited'; readonly code: number | null; readonly killedBy: NodeJS.Signals | null }
    | { readonly kind: 'notStarted'; readonly error: NodeJS.ErrnoException }
    | { readonly kind: 'timedOut' };
}

/** Rejects only when the signal aborts. */
function run(
  exec: ExecEntry,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortReason(signal));
      return;
    }
    let out = '';
    let err = '';
    const child = spawn(exec.command, [...exec.args], {
      shell: false,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      child.removeAllListeners('close');
    };
    const end = (how: Ended['how']): void => {
      settle();
      resolve({ out, err, how });
    };
    const stop = (): void => {
      kill(child);
      settle();
      reject(abortReason(signal));
    };
    const timer = setTimeout(() => {
      kill(child);
      end({ kind: 'timedOut' });
    }, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.setEncoding('utf8').on('data', (s: string) => {
      if (out.length < MAX_OUTPUT) out += s;
    });
    child.stderr.setEncoding('utf8').on('data', (s: string) => {
      if (err.length < MAX_OUTPUT) err += s;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      end({ kind: 'notStarted', error });
    });
    child.on('close', (code, killedBy) => {
      end({ kind: 'exited', code, killedBy });
    });
  });
}

/** The credential that the plugin printed. Throws Problem if there is none. */
function credentialOf({ out, err, how }: Ended, exec: ExecEntry, user: string, timeoutMs: number): ExecCredential {
  const plugin = `The exec plugin ${path.basename(exec.command)} of the user ${user}`;
  const fail = (code: string, message: string, next: string, cause?: unknown): Problem => {
    const detail = [cutAndHide(err), exec.installHint.slice(0, 2000).trim()].filter((s) => s !== '').join('\n\n');
    return new Problem(code, message, { next, ...(detail !== '' && { detail }), cause });
  };
  if (how.kind === 'timedOut')
    throw fail(
      'kube.execTimeout',
      `${plugin} did not answer within ${timeoutMs / 1000} s.`,
      'Run it in a terminal to see what it waits for.',
    );
  if (how.kind === 'notStarted') {
    const { error } = how;
    const command = `The exec plugin ${exec.command} of the user ${user}`;
    if (error.code === 'ENOENT') {
      const hint = exec.installHint === '' ? '' : ' (its hint is in the details)';
      throw fail(
        'kube.execMissing',
        `${command} is not there.`,
        `Install it${hint}, and see that the editor's PATH leads to it.`,
        error,
      );
    }
    throw fail(
      'kube.execFailed',
      `${command} can't be started: ${error.code ?? error.message}.`,
      'Check that the file may be executed.',
      error,
    );
  }
  if (how.code !== 0) {
    const ending =
      how.code === null ? `was ended by ${how.killedBy ?? 'a signal'}` : `failed with exit status ${how.code}`;
    const last = lastLine(cutAndHide(err));
    const said = last === undefined ? '.' : `: ${last}${last.endsWith('.') ? '' : '.'}`;
    throw fail('kube.execFailed', `${plugin} ${ending}${said}`, 'Run it in a terminal, log in there, then try again.');
  }
  const read = readCredential(out, exec.apiVersion);
  if (typeof read === 'string')
    throw fail(
      'kube.execOutput',
      `${plugin} ${read}.`,
      'Run it in a terminal and compare what it prints with an ExecCredential.',
    );
  return read;
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .filter((l) => l.trim() !== '')
    .at(-1)
    ?.trim()
    .slice(0, 300);
}

/**
 * The credential that the plugin printed; or what is wrong with the output, as the rest of a sentence. Never quotes the
 * output: it may hold a token.
 */
export function readCredential(out: string, apiVersion: string): ExecCredential | string {
  if (out.trim() === '') return 'printed nothing';
  let parsed: unknown;
  try {
    parsed = JSON.parse(out);
  } catch {
    return `printed ${out.length} characters that are not JSON`;
  }
  const it = object(parsed);
  if (it['kind'] !== 'ExecCredential') return 'printed JSON that is not an ExecCredential';
  if (it['apiVersion'] !== apiVersion)
    return (
      `printed an ExecCredential of version "${text(it['apiVersion']).slice(0, 80)}" ` +
      `where the kubeconfig says ${apiVersion}`
    );
  const status = object(it['status']);
  const [token, cert, key] = [
    text(status['token']).trim(),
    text(status['clientCertificateData']),
    text(status['clientKeyData']),
  ];
  if (token === '' && cert === '' && key === '')
    return 'printed an ExecCredential with neither a token nor a client certificate';
  if ((cert === '') !== (key === ''))
    return 'printed a client certificate without its key, or a key without its certificate';
  const expiry = Date.parse(text(status['expirationTimestamp']));
  return {
    token: token || undefined,
    cert: cert || undefined,
    key: key || undefined,
    expiresAt: Number.isNaN(expiry) ? undefined : expiry,
  };
}

/** Asks it to end, and two seconds later forces it. The pipes are closed at once: a grandchild may hold them open. */
function kill(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const hard = setTimeout(() => {
    child.kill('SIGKILL');
  }, 2000);
  hard.unref();
  child.once('exit', () => {
    clearTimeout(hard);
  });
}
