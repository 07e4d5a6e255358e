/**
 * Runs a kubeconfig's exec plugin (client.authentication.k8s.io v1 and v1beta1) once and reads the credential it
 * prints. client-node's own runner is not used: it runs the plugin once for each concurrent call, does not pass
 * KUBERNETES_EXEC_INFO, and can't be cancelled (2.0.1).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { Problem } from '../../base/problem';
import { object, text } from '../../base/json';
import { abortReason } from '../../base/abort';
import type { ClusterEntry, ExecEntry } from '../kubeconfig/entries';
import { cutAndHide } from './hide';

/** A plugin that opens a browser waits for the user; one that hangs must end all the same. kubectl has no limit. */
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

/**
 * `info` as KUBERNETES_EXEC_INFO has it; the CA is passed as data even when the kubeconfig names a file, as kubectl
 * does.
 */
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
  const name = path.basename(exec.command);
  const hint = exec.installHint === '' ? '' : `\n${exec.installHint.slice(0, 2000)}`;
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
          'Log in with it in a terminal and use a kubeconfig whose plugin need not ask (interactiveMode ' +
          'IfAvailable or Never).',
      },
    );
  }
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
      env: { ...env, ...Object.fromEntries(exec.env.map((e) => [e.name, e.value])), KUBERNETES_EXEC_INFO: info },
    });
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      child.removeAllListeners('close');
      act();
    };
    const fail = (code: string, message: string, next: string, cause?: unknown): void => {
      const said = cutAndHide(err);
      const detail = [said, hint.trim()].filter((s) => s !== '').join('\n\n');
      settle(() => {
        reject(new Problem(code, message, { next, ...(detail !== '' && { detail }), cause }));
      });
    };
    const stop = (): void => {
      kill(child);
      settle(() => {
        reject(abortReason(signal));
      });
    };
    const timer = setTimeout(() => {
      kill(child);
      fail(
        'kube.execTimeout',
        `The exec plugin ${name} of the user ${user} did not answer within ${timeoutMs / 1000} s.`,
        'Run it in a terminal to see what it waits for.',
      );
    }, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.setEncoding('utf8').on('data', (s: string) => {
      if (out.length < MAX_OUTPUT) out += s;
    });
    child.stderr.setEncoding('utf8').on('data', (s: string) => {
      if (err.length < MAX_OUTPUT) err += s;
    });
    child.on('error', (e: NodeJS.ErrnoException) => {
      const missing = e.code === 'ENOENT';
      fail(
        missing ? 'kube.execMissing' : 'kube.execFailed',
        missing
          ? `The exec plugin ${exec.command} of the user ${user} is not there.`
          : `The exec plugin ${exec.command} of the user ${user} can't be started: ${e.code ?? e.message}.`,
        missing
          ? `Install it${exec.installHint === '' ? '' : ' (its hint is in the details)'}, ` +
              "and see that the editor's PATH leads to it."
          : 'Check that the file may be executed.',
        e,
      );
    });
    child.on('close', (code, killedBy) => {
      if (code !== 0) {
        const last = cutAndHide(err)
          .split('\n')
          .filter((l) => l.trim() !== '')
          .at(-1)
          ?.trim()
          .slice(0, 300);
        fail(
          'kube.execFailed',
          `The exec plugin ${name} of the user ${user} ` +
            `${code === null ? `was ended by ${killedBy ?? 'a signal'}` : `failed with exit status ${code}`}${last === undefined ? '' : `: ${last}`}${last?.endsWith('.') ? '' : '.'}`,
          'Run it in a terminal, log in there, then try again.',
        );
        return;
      }
      const read = readCredential(out, exec.apiVersion);
      if (typeof read === 'string')
        fail(
          'kube.execOutput',
          `The exec plugin ${name} of the user ${user} ${read}.`,
          'Run it in a terminal and compare what it prints with an ExecCredential.',
        );
      else
        settle(() => {
          resolve(read);
        });
    });
  });
}

/**
 * What the plugin printed as a credential, or what is wrong with it as the rest of a sentence (never quoting the
 * output: it may hold a token).
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
      `printed an ExecCredential of version "${text(it['apiVersion']).slice(0, 80)}" where the kubeconfig says ` +
      `${apiVersion}`
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

/**
 * Asks, and two seconds later insists. The pipes are closed at once, so that a grandchild that holds them keeps nothing
 * open.
 */
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
